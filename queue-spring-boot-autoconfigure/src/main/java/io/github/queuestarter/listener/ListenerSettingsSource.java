package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.Map;

import io.github.queuestarter.store.DeadLetterLimits;
import io.github.queuestarter.store.GroupName;
import io.github.queuestarter.store.RetentionSettings;

/**
 * Answers how listeners are to work.
 */
public interface ListenerSettingsSource {

	/**
	 * The settings for a group of a queue, before what the annotation says.
	 */
	ListenerSettings settingsFor(String queue, String group);

	/**
	 * How long the messages of a queue are kept.
	 */
	RetentionSettings retention(String queue);

	/**
	 * How many dead letters of a group are kept, and for how long.
	 */
	DeadLetterLimits deadLetterLimits(String queue, String group);

	/**
	 * The groups that may be removed when nobody reads as them, and after what time.
	 */
	Map<GroupName, Duration> expiringGroups();

}
