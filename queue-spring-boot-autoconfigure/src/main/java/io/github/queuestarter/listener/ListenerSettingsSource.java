package io.github.queuestarter.listener;

import java.time.Duration;

/**
 * Answers how listeners are to work.
 */
public interface ListenerSettingsSource {

	/**
	 * The settings for a group of a queue, before what the annotation says.
	 */
	ListenerSettings settingsFor(String queue, String group);

	/**
	 * How long messages of a queue are kept that all groups have finished, counted from
	 * when they were sent.
	 */
	Duration keepDone(String queue);

}
