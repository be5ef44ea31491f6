package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.github.queuestarter.store.GroupName;

/**
 * Tells which groups have been unread for too long. The store's clock alone can't tell:
 * after an outage all groups seem unread until their listeners are back. So a group has
 * to be found unread at several looks in a row, in unbroken contact with the store.
 */
final class DormancyWatch {

	/**
	 * More than it takes a listener that is back to give a sign of life.
	 */
	private static final int LOOKS = 4;

	private final Map<GroupName, Integer> sightings = new HashMap<>();

	/**
	 * Note for how long a group has been unread.
	 * @return whether it has been found unread for longer than allowed often enough
	 */
	boolean expired(GroupName group, Duration idle, Duration allowed) {
		if (idle.compareTo(allowed) < 0) {
			this.sightings.remove(group);
			return false;
		}
		return this.sightings.merge(group, 1, Integer::sum) >= LOOKS;
	}

	/**
	 * Note that the store could not be asked about a group, or that it is gone.
	 */
	void forget(GroupName group) {
		this.sightings.remove(group);
	}

}
