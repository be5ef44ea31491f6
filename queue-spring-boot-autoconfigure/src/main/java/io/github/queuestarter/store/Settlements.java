package io.github.queuestarter.store;

import java.util.List;

/**
 * Settles messages.
 */
public interface Settlements {

	/**
	 * Settle messages that one consumer claimed in one group. Who does not hold a message
	 * any more changes nothing. May be repeated: what was settled by the first call is
	 * then either reported as not held or left as it is, never settled twice.
	 * @param settlements at least one; all of the same queue, group and consumer, each
	 * message once
	 * @return the messages that the consumer did not hold any more; a store may leave out
	 * those that nobody holds, and warn instead
	 */
	List<ClaimedMessage> settle(List<Settlement> settlements);

	/**
	 * Note in the store that a message is about to run alone in its process, so that a
	 * crash from now on is known to be its own.
	 * @return whether the consumer still holds it
	 */
	boolean runsAlone(ClaimedMessage message);

}
