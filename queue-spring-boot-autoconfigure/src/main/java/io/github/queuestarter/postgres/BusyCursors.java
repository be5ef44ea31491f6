package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.store.Subscription;

/**
 * Names the session that keeps a group from being claimed. A claim takes milliseconds, so
 * who holds its lock for long is stuck.
 */
final class BusyCursors {

	private final Database database;

	private final Duration patience;

	private final QueueObserver observer;

	private final Map<Subscription, String> findings = new ConcurrentHashMap<>();

	/**
	 * Create.
	 * @param patience for how long a lock may be held
	 */
	BusyCursors(Database database, Duration patience, QueueObserver observer) {
		this.database = database;
		this.patience = patience;
		this.observer = observer;
	}

	Watch watch(Subscription subscription) {
		return new Watch(subscription);
	}

	/**
	 * Groups that can't be claimed now, and because of whom.
	 */
	List<String> findings() {
		return List.copyOf(this.findings.values());
	}

	private void look(Subscription subscription) {
		String finding;
		try {
			finding = this.database.query("look for who holds a lock", "lock-holder", (statement) -> {
				statement.setString(1, subscription.queue());
				statement.setString(2, subscription.group());
				statement.setDouble(3, this.patience.toMillis() / 1000.0);
			}, (rows) -> rows.next() ? "Group '" + subscription.group() + "' of queue '" + subscription.queue()
					+ "' has not been claimed for more than " + this.patience.toSeconds()
					+ " s, because backend process " + rows.getInt("pid") + " (application '"
					+ rows.getString("application_name") + "' at " + rows.getString("address") + ", "
					+ rows.getString("state") + ") holds its lock. Look what that session does; pg_terminate_backend("
					+ rows.getInt("pid") + ") ends it, and nothing is lost." : "");
		}
		catch (QueueStoreException ex) {
			// The next poll tells of it
			return;
		}
		if (finding.isEmpty()) {
			this.findings.remove(subscription);
		}
		else if (this.findings.put(subscription, finding) == null) {
			this.observer.on(new QueueEvent.Warning(PostgresStore.BACKEND, finding));
		}
	}

	/**
	 * The claims of one source.
	 */
	final class Watch {

		private static final long UNKNOWN = -1;

		private final Subscription subscription;

		private final Interval looking = new Interval(Duration.ofSeconds(5));

		private long busySince = UNKNOWN;

		private Watch(Subscription subscription) {
			this.subscription = subscription;
		}

		void busy() {
			BusyCursors.this.observer.on(new QueueEvent.ClaimBusy(PostgresStore.BACKEND, this.subscription.queue(),
					this.subscription.group()));
			long now = System.nanoTime();
			if (this.busySince == UNKNOWN) {
				this.busySince = now;
			}
			else if (now - this.busySince > BusyCursors.this.patience.toNanos() && this.looking.isOver()) {
				this.looking.begin();
				look(this.subscription);
			}
		}

		void free() {
			if (this.busySince != UNKNOWN) {
				this.busySince = UNKNOWN;
				BusyCursors.this.findings.remove(this.subscription);
			}
		}

	}

}
