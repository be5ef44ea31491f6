package io.github.queuestarter.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.github.queuestarter.Count;
import io.github.queuestarter.DeadLetterPage;
import io.github.queuestarter.GroupStats;
import io.github.queuestarter.PageRequest;
import io.github.queuestarter.Position;
import io.github.queuestarter.QueueException;
import io.github.queuestarter.Rewound;
import io.github.queuestarter.store.Administration;
import io.github.queuestarter.store.GroupRemoval;
import io.github.queuestarter.store.QueueStore;

/**
 * Looks at queues and acts on them. What it does is never part of the caller's
 * transaction. Every method throws {@link io.github.queuestarter.QueueStoreException} if
 * a store can't be reached.
 */
public class QueueAdmin {

	private static final int REPLAYED_AT_ONCE = 500;

	/**
	 * Listeners give a sign of life once a minute.
	 */
	private static final Duration SURELY_UNREAD = Duration.ofMinutes(2);

	private final QueueStores stores;

	public QueueAdmin(QueueStores stores) {
		this.stores = stores;
	}

	/**
	 * Names of the queues that have been sent to or have a group, in all stores, sorted.
	 */
	public Set<String> queues() {
		Set<String> queues = new TreeSet<>();
		this.stores.all().forEach((store) -> queues.addAll(store.administration().queues()));
		return queues;
	}

	/**
	 * How all groups of all queues stand.
	 */
	public List<GroupStats> stats() {
		List<GroupStats> stats = new ArrayList<>();
		for (QueueStore store : this.stores.all()) {
			Administration administration = store.administration();
			stats.addAll(administration.stats(administration.queues()));
		}
		return stats;
	}

	/**
	 * How a group stands.
	 * @throws QueueException if there is no such group
	 */
	public GroupStats stats(String queue, String group) {
		return at(queue).stats(Set.of(queue))
			.stream()
			.filter((stats) -> stats.group().equals(group))
			.findFirst()
			.orElseThrow(() -> noSuchGroup(queue, group));
	}

	/**
	 * A group's dead letters, oldest first.
	 * @throws QueueException if there is no such group
	 */
	public DeadLetterPage deadLetters(String queue, String group, PageRequest page) {
		DeadLetterPage found = at(queue).deadLetters(queue, group, page);
		if (found.deadLetters().isEmpty() && !at(queue).groups(queue).contains(group)) {
			throw noSuchGroup(queue, group);
		}
		return found;
	}

	/**
	 * Deliver a dead letter to its group again, as if it had never failed.
	 * @return whether there was such a dead letter
	 */
	public boolean replay(String queue, String group, String id) {
		return at(queue).replay(queue, group, id);
	}

	/**
	 * Deliver all dead letters of a group again, as if they had never failed. Those that
	 * are buried while this runs are left.
	 * @return how many
	 */
	public long replayAll(String queue, String group) {
		Administration administration = at(queue);
		Count deadLetters = stats(queue, group).deadLetters();
		long most = (deadLetters.precision() == Count.Precision.EXACT) ? deadLetters.value() : Long.MAX_VALUE;
		long replayed = 0;
		int last = 1;
		while (replayed < most && last > 0) {
			last = administration.replay(queue, group, (int) Math.min(REPLAYED_AT_ONCE, most - replayed));
			replayed += last;
		}
		return replayed;
	}

	/**
	 * Remove a dead letter for good.
	 * @return whether there was such a dead letter
	 */
	public boolean discard(String queue, String group, String id) {
		return at(queue).discard(queue, group, id);
	}

	/**
	 * Take back a message that was sent with a delay and is not due yet.
	 * @return whether it was taken back; false if the queue has no such scheduled
	 * message: it was never there, its transaction is not committed, or it is due and on
	 * its way
	 */
	public boolean cancel(String queue, String id) {
		return at(queue).cancel(queue, id);
	}

	/**
	 * Remove a group that nobody reads any more, with what it has not finished. From then
	 * on it holds up the removal of messages no longer. Its dead letters stay until they
	 * are discarded. A listener that reads as it later makes a new group.
	 * @throws QueueException if there is no such group, or somebody has read as it within
	 * the last two minutes
	 */
	public void removeGroup(String queue, String group) {
		GroupRemoval removal = this.stores.storeOf(queue).housekeeping().removeGroup(queue, group, SURELY_UNREAD);
		if (removal == GroupRemoval.UNKNOWN) {
			throw noSuchGroup(queue, group);
		}
		if (removal == GroupRemoval.ACTIVE) {
			throw new QueueException("Group '" + group + "' of queue '" + queue + "' is still read, or was within the"
					+ " last 2 minutes. Stop all its listeners, wait 2 minutes, and remove it then.");
		}
	}

	/**
	 * Set a group back, or forward, to a position in the log of its queue. Every message
	 * that is kept from there on is delivered to it again, as if for the first time. How
	 * far back that is depends on {@code retention.keep-done}; the answer tells. What the
	 * group had in flight or retrying behind the position is taken from its holders, and
	 * their settlements change nothing; what lies before the position goes its way. Dead
	 * letters, a pause, and all other groups are not touched.
	 * <p>
	 * May be called while the group is read. A handler that is at work goes on, and its
	 * message comes again.
	 * @return where the group stands now
	 * @throws QueueException if there is no such group, or the position is a message that
	 * is not kept any more; then nothing was changed
	 */
	public Rewound rewind(String queue, String group, Position position) {
		Rewound rewound = at(queue).rewind(queue, group, position);
		if (rewound == null) {
			throw noSuchGroup(queue, group);
		}
		return rewound;
	}

	/**
	 * Stop delivering to a group, in all instances, until {@link #resume}. What is in
	 * flight is finished.
	 * @throws QueueException if there is no such group
	 */
	public void pause(String queue, String group) {
		if (!at(queue).pause(queue, group, true)) {
			throw noSuchGroup(queue, group);
		}
	}

	/**
	 * Go on delivering to a group.
	 * @throws QueueException if there is no such group
	 */
	public void resume(String queue, String group) {
		if (!at(queue).pause(queue, group, false)) {
			throw noSuchGroup(queue, group);
		}
	}

	private Administration at(String queue) {
		return this.stores.storeOf(queue).administration();
	}

	private static QueueException noSuchGroup(String queue, String group) {
		return new QueueException(
				"Queue '" + queue + "' has no group '" + group + "'. A group is there once a listener has read as it.");
	}

}
