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
import java.util.stream.Collectors;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.GroupName;
import io.github.queuestarter.store.GroupRemoval;
import io.github.queuestarter.store.Housekeeping.Removal;
import io.github.queuestarter.store.QueueStore;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Keeps one store small: each round removes messages from the queues that this instance
 * listens to. At some of them it also gives a sign of life for the groups that it reads,
 * removes groups that nobody reads, and looks after queues that have no group.
 */
final class Housekeeper {

	private static final Log logger = LogFactory.getLog(Housekeeper.class);

	/**
	 * Fewer than this at once are not worth another removal right now.
	 */
	private static final long WORTH_ANOTHER = 100;

	/**
	 * Once a minute, at the default interval.
	 */
	private static final int THOROUGH_EACH = 12;

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

	private int rounds;

	/**
	 * Create a housekeeper.
	 * @param livesHere whether a queue that the configuration names lives in this store
	 */
	Housekeeper(QueueStore store, ListenerSettingsSource settings, Predicate<String> livesHere,
			QueueObserver observer) {
		this.store = store;
		this.settings = settings;
		this.livesHere = livesHere;
		this.observer = observer;
	}

	/**
	 * Do what is to be done now.
	 * @param listening the groups that this instance reads; if there are none, it leaves
	 * the store alone
	 * @param stopped whether to come to an end
	 */
	void round(Collection<GroupName> listening, BooleanSupplier stopped) {
		if (listening.isEmpty()) {
			return;
		}
		Set<String> queues = listening.stream().map(GroupName::queue).collect(Collectors.toCollection(TreeSet::new));
		if (this.rounds++ % THOROUGH_EACH == 0) {
			attempt("note the groups that are read", () -> this.store.housekeeping().markActive(listening));
			removeExpiredGroups();
			attempt("look for queues without a group",
					() -> queues.addAll(this.store.housekeeping().unclaimedQueues()));
		}
		List<String> left = new ArrayList<>(queues);
		while (!left.isEmpty() && !stopped.getAsBoolean()) {
			// what is finished meanwhile is left for the next time: there is always some
			left.removeIf((queue) -> stopped.getAsBoolean() || removeFinished(queue) < WORTH_ANOTHER);
		}
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
				this.observer.on(new QueueEvent.GroupExpired(this.store.backend(), group.queue(), group.group(), idle));
			}
		}
	}

	private long removeFinished(String queue) {
		Removal[] removal = { Removal.NONE };
		attempt("remove finished messages of '" + queue + "'",
				() -> removal[0] = this.store.housekeeping().removeFinished(queue, this.settings.retention(queue)));
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
		return removed.total();
	}

	/**
	 * Do something that is tried again at a later round. An outage is told by others;
	 * what fails on and on by itself would fill the store unseen.
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
				this.observer.on(new QueueEvent.Warning(this.store.backend(),
						"Could not " + intent + " in " + this.store.backend() + ", " + FAILURES_TO_TELL
								+ " times in a row (" + ex.getMessage() + "). The store grows until this succeeds."));
			}
			return false;
		}
	}

}
