package io.github.queuestarter.store;

import java.time.Duration;
import java.util.Collection;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Keeps a store small.
 */
public interface Housekeeping {

	/**
	 * Where so many are removed at once, it is worth removing more right away.
	 */
	long MUCH = 10_000;

	/**
	 * Remove messages of a queue that need not be kept, a bounded number per call, but no
	 * fewer than {@link #MUCH} if there are so many and time is not up. What a group has
	 * not finished stays, unless the settings are lossy. While somebody reads
	 * {@link Subscription#ephemeral() for his instance alone}, and for three minutes
	 * after, what is finished, and everything in a queue without a group, is kept for
	 * {@link RetentionSettings#FOR_READERS} unless a limit says otherwise, and then
	 * counts as finished.
	 * @return how many were removed; when it was none, there is nothing left to remove
	 * now, or another instance is at it
	 */
	Removal removeFinished(String queue, RetentionSettings retention);

	/**
	 * Remove the dead letters of a group that are beyond its limits, oldest first and a
	 * bounded number per call.
	 * @return how many were removed
	 */
	long removeDeadLetters(GroupName group, DeadLetterLimits limits);

	/**
	 * Names of queues that hold messages and have no group.
	 */
	Set<String> unclaimedQueues();

	/**
	 * Note that groups are read, by the store's clock. To be called about once a minute.
	 * A group that does not exist is passed over.
	 */
	void markActive(Collection<GroupName> groups);

	/**
	 * For how long nobody has read as a group, by the store's clock; {@code null} if
	 * there is no such group.
	 */
	@Nullable Duration idle(String queue, String group);

	/**
	 * Remove a group with everything of it but its dead letters, if nobody has read as it
	 * for a while and no living consumer holds a message of it. From then on it holds up
	 * the removal of messages no longer.
	 * @param idle for how long
	 */
	GroupRemoval removeGroup(String queue, String group, Duration idle);

	/**
	 * How many messages were removed.
	 *
	 * @param finished messages that every group had finished
	 * @param trimmed messages that exceeded a limit and that some group had not finished
	 * @param unclaimed messages that were too old in a queue without a group
	 */
	record Removal(long finished, long trimmed, long unclaimed) {

		public static final Removal NONE = new Removal(0, 0, 0);

		public Removal plus(Removal other) {
			return new Removal(this.finished + other.finished, this.trimmed + other.trimmed,
					this.unclaimed + other.unclaimed);
		}

		public long total() {
			return this.finished + this.trimmed + this.unclaimed;
		}

	}

}
