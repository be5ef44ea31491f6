package io.github.queuestarter.store;

import java.util.Collection;
import java.util.List;
import java.util.Set;

import io.github.queuestarter.DeadLetterPage;
import io.github.queuestarter.GroupStats;
import io.github.queuestarter.PageRequest;
import io.github.queuestarter.Position;
import io.github.queuestarter.Rewound;
import org.jspecify.annotations.Nullable;

/**
 * What operators look at and do. Never part of the caller's transaction.
 */
public interface Administration {

	/**
	 * Names of the queues that the store knows: those that have been sent to or have a
	 * group.
	 */
	Set<String> queues();

	/**
	 * Names of the groups of a queue; empty if the store does not know the queue.
	 */
	Set<String> groups(String queue);

	/**
	 * Look whether groups can be read from where the store keeps them, as far as it can
	 * be seen now: nothing is said of a store that does not answer. To be called before
	 * any of them is read for the first time.
	 * @throws io.github.queuestarter.UnusableQueueException if something else lies there
	 */
	void examine(Collection<GroupName> groups);

	/**
	 * How all groups of the given queues stand, in as few round trips as possible. A
	 * group that does not exist is left out.
	 */
	List<GroupStats> stats(Set<String> queues);

	/**
	 * A group's dead letters, oldest first.
	 */
	DeadLetterPage deadLetters(String queue, String group, PageRequest page);

	/**
	 * Make a dead letter ready again for its group alone, with no failure counted.
	 * @return whether there was such a dead letter
	 */
	boolean replay(String queue, String group, String id);

	/**
	 * Replay dead letters, oldest first.
	 * @param most how many at most
	 * @return how many were replayed
	 */
	int replay(String queue, String group, int most);

	/**
	 * Remove a dead letter for good.
	 * @return whether there was such a dead letter
	 */
	boolean discard(String queue, String group, String id);

	/**
	 * Remove a scheduled message that is not due yet.
	 * @return whether there was such a message; false if it is unknown or was moved to
	 * its queue already
	 */
	boolean cancel(String queue, String id);

	/**
	 * Stop, or let go on, the delivery to a group in all instances. Messages in flight
	 * are not touched.
	 * @return whether there is such a group
	 */
	boolean pause(String queue, String group, boolean paused);

	/**
	 * Set a group to a position in the log. Every message that is kept from there on is
	 * delivered to it again, attempts from 1: one that it has in flight or retrying now
	 * is taken from whoever holds it, whose settlement then changes nothing. Messages
	 * before the position that it has in flight or retrying go their way; those that it
	 * has not claimed it does not get. Dead letters, replayed messages, a pause and other
	 * groups are not touched. While this runs, a message may be delivered twice.
	 * @return where the group stands now, or {@code null} if there is no such group
	 * @throws io.github.queuestarter.QueueException if the position is a message that is
	 * not kept; then nothing was changed
	 */
	@Nullable Rewound rewind(String queue, String group, Position position);

	/**
	 * What the store knows about itself. From memory; never waits and never fails.
	 */
	StoreCondition condition();

	/**
	 * Cheap question whether the store answers.
	 */
	void ping();

}
