package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.DeadLetterLimits;
import io.github.queuestarter.store.GroupName;
import io.github.queuestarter.store.GroupRemoval;
import io.github.queuestarter.store.Housekeeping;
import io.github.queuestarter.store.Housekeeping.Removal;
import io.github.queuestarter.store.QueueStore;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one store small: removes messages from the queues that this instance listens to,
 * less often where nothing happens. Once a minute it also gives a sign of life for the
 * groups that it reads, removes groups that nobody reads, and looks after queues that
 * have no group.
 */
final class Housekeeper {

	private static final Log logger = LogFactory.getLog(Housekeeper.class);

	private static final long WORTH_ANOTHER_OF_DEAD_LETTERS = 100;

	private static final Duration MINUTE = Duration.ofMinutes(1);

	/**
	 * Where removals come more often than usual, so do the looks at groups.
	 */
	private static final int REMOVALS_PER_LOOK = 12;

	/**
	 * After so many failures in a row someone has to know.
	 */
	private static final int FAILURES_TO_TELL = 12;

	private final QueueStore store;

	private final ListenerSettingsSource settings;

	private final Predicate<String> livesHere;

	private final QueueObserver observer;

	private final DormancyWatch watch = new DormancyWatch();

	private final Map<String, Integer> failures = new HashMap<>();

	private final Duration removalInterval;

	private final Duration lookInterval;

	private final RemovalPlan plan;

	private long nextRemoval = System.nanoTime();

	private long nextLook = System.nanoTime();

	/**
	 * Create a housekeeper.
	 * @param livesHere whether a queue that the configuration names lives in this store
	 * @param interval how often messages are removed
	 */
	Housekeeper(QueueStore store, ListenerSettingsSource settings, Predicate<String> livesHere, Duration interval,
			QueueObserver observer) {
		this(store, settings, livesHere, interval, shorter(interval.multipliedBy(REMOVALS_PER_LOOK), MINUTE), observer);
	}

	Housekeeper(QueueStore store, ListenerSettingsSource settings, Predicate<String> livesHere, Duration interval,
			Duration lookInterval, QueueObserver observer) {
		this.store = store;
		this.settings = settings;
		this.livesHere = livesHere;
		this.removalInterval = interval;
		this.lookInterval = lookInterval;
		this.plan = new RemovalPlan(lookInterval);
		this.observer = observer;
	}

	/**
	 * Note that messages of a queue were settled here: there may be some to remove.
	 */
	void settled(String queue) {
		this.plan.wake(queue);
	}

	/**
	 * Do what is to be done now.
	 * @param listening the groups that this instance reads; if there are none, it leaves
	 * the store alone
	 * @param stopped whether to come to an end
	 * @return after what time there may be more to do
	 */
	Duration round(Collection<GroupName> listening, BooleanSupplier stopped) {
		if (listening.isEmpty()) {
			return shorter(this.removalInterval, this.lookInterval);
		}
		Set<String> unclaimed = isOver(this.nextLook) ? look(listening) : Set.of();
		Set<String> queues = new TreeSet<>(unclaimed);
		if (isOver(this.nextRemoval)) {
			listening.stream().map(GroupName::queue).filter(this.plan::isDue).forEach(queues::add);
			listening.forEach((group) -> removeDeadLetters(group, stopped));
			this.nextRemoval = System.nanoTime() + this.removalInterval.toNanos();
		}
		List<String> left = new ArrayList<>(queues);
		left.removeIf((queue) -> stopped.getAsBoolean() || !isWorthAnother(removeFirst(queue)));
		while (!left.isEmpty() && !isOver(this.nextLook)) {
			// what is finished meanwhile is left for the next time: there is always some
			left.removeIf((queue) -> stopped.getAsBoolean() || !isWorthAnother(removeFinished(queue)));
		}
		return until(Math.min(this.nextRemoval, this.nextLook));
	}

	/**
	 * Look at groups.
	 * @return the queues that have none
	 */
	private Set<String> look(Collection<GroupName> listening) {
		this.nextLook = System.nanoTime() + this.lookInterval.toNanos();
		attempt("note the groups that are read", () -> this.store.housekeeping().markActive(listening));
		removeExpiredGroups();
		Set<String> unclaimed = new TreeSet<>();
		attempt("look for queues without a group", () -> unclaimed.addAll(this.store.housekeeping().unclaimedQueues()));
		return unclaimed;
	}

	private static boolean isOver(long time) {
		return System.nanoTime() - time >= 0;
	}

	private static Duration until(long time) {
		return Duration.ofNanos(Math.max(1_000_000, time - System.nanoTime()));
	}

	private static Duration shorter(Duration one, Duration other) {
		return (one.compareTo(other) < 0) ? one : other;
	}

	private void removeExpiredGroups() {
		this.settings.expiringGroups().forEach((group, allowed) -> {
			if (!attempt("look whether group '" + group.group() + "' of '" + group.queue() + "' is read",
					() -> removeIfExpired(group, allowed))) {
				this.watch.forget(group);
			}
		});
	}

	private void removeIfExpired(GroupName group, Duration allowed) {
		if (!this.livesHere.test(group.queue())) {
			return;
		}
		Duration idle = this.store.housekeeping().idle(group.queue(), group.group());
		if (idle == null) {
			this.watch.forget(group);
		}
		else if (this.watch.expired(group, idle, allowed)) {
			this.watch.forget(group);
			if (this.store.housekeeping().removeGroup(group.queue(), group.group(), allowed) == GroupRemoval.REMOVED) {
				this.plan.wake(group.queue());
				this.observer.on(new QueueEvent.GroupExpired(this.store.backend(), group.queue(), group.group(), idle));
			}
		}
	}

	/**
	 * Remove messages for the first time in a round, and see whether it is worth doing so
	 * in each.
	 */
	private @Nullable Removal removeFirst(String queue) {
		this.plan.wake(queue);
		Removal removed = removeFinished(queue);
		if (removed != null && removed.total() == 0) {
			this.plan.rest(queue, this.settings.retention(queue));
		}
		return removed;
	}

	/**
	 * Fewer are left for the next round: while messages are handled, there are always
	 * some.
	 */
	private static boolean isWorthAnother(@Nullable Removal removed) {
		return removed != null && removed.total() >= Housekeeping.MUCH;
	}

	/**
	 * Remove messages.
	 * @return how many, or {@code null} if that failed
	 */
	private @Nullable Removal removeFinished(String queue) {
		Removal[] removal = { Removal.NONE };
		if (!attempt("remove finished messages of '" + queue + "'",
				() -> removal[0] = this.store.housekeeping().removeFinished(queue, this.settings.retention(queue)))) {
			return null;
		}
		Removal removed = removal[0];
		if (removed.finished() > 0) {
			this.observer.on(new QueueEvent.Removed(this.store.backend(), queue, removed.finished()));
		}
		if (removed.trimmed() > 0) {
			this.observer.on(new QueueEvent.Trimmed(this.store.backend(), queue, removed.trimmed(),
					QueueEvent.Trimmed.Reason.LIMIT));
		}
		if (removed.unclaimed() > 0) {
			this.observer.on(new QueueEvent.Trimmed(this.store.backend(), queue, removed.unclaimed(),
					QueueEvent.Trimmed.Reason.UNCLAIMED));
		}
		return removed;
	}

	private void removeDeadLetters(GroupName group, BooleanSupplier stopped) {
		DeadLetterLimits limits = this.settings.deadLetterLimits(group.queue(), group.group());
		if (limits.equals(DeadLetterLimits.NONE)) {
			return;
		}
		long[] removed = new long[1];
		do {
			removed[0] = 0;
			attempt("remove dead letters of group '" + group.group() + "' of '" + group.queue() + "'",
					() -> removed[0] = this.store.housekeeping().removeDeadLetters(group, limits));
			if (removed[0] > 0) {
				this.observer.on(new QueueEvent.DeadLettersRemoved(this.store.backend(), group.queue(), group.group(),
						removed[0]));
			}
		}
		while (removed[0] >= WORTH_ANOTHER_OF_DEAD_LETTERS && !stopped.getAsBoolean() && !isOver(this.nextLook));
	}

	/**
	 * Do something that is tried again later. An outage is told by others; what fails on
	 * and on by itself would fill the store unseen.
	 * @return whether it went well
	 */
	private boolean attempt(String intent, Runnable action) {
		try {
			action.run();
			this.failures.remove(intent);
			return true;
		}
		catch (RuntimeException ex) {
			logger.debug("Could not " + intent + " in " + this.store.backend(), ex);
			if (this.failures.merge(intent, 1, Integer::sum) == FAILURES_TO_TELL) {
				tell(intent, ex);
			}
			return false;
		}
	}

	private void tell(String intent, RuntimeException failure) {
		try {
			this.store.administration().ping();
		}
		catch (RuntimeException ex) {
			this.failures.remove(intent);
			return;
		}
		this.observer.on(new QueueEvent.Warning(this.store.backend(),
				"Could not " + intent + " in " + this.store.backend() + ", " + FAILURES_TO_TELL + " times in a row ("
						+ failure.getMessage() + "). The store grows until this succeeds."));
	}

}
