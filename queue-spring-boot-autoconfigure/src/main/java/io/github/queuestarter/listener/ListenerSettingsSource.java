package io.github.queuestarter.listener;

/**
 * Answers how the listener of a group is to work.
 */
@FunctionalInterface
public interface ListenerSettingsSource {

	/**
	 * The settings for a group of a queue, before what the annotation says.
	 */
	ListenerSettings settingsFor(String queue, String group);

}
