package io.github.queuestarter.postgres;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.Receipt;
import io.github.queuestarter.store.Sink.Room;
import org.jspecify.annotations.Nullable;

/**
 * The store's one thread for what becomes due: retries of all sources, and scheduled
 * messages of all queues, in one statement. Sleeps until the next of them is due, and no
 * longer than the poll interval, as other instances may have added some. Begins with the
 * first source.
 */
final class DueRounds implements Runnable {

	private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(5);

	private static final int FAILURES_TO_TELL = 3;

	private final DueClaims claims;

	private final DuePlan plan;

	private final Wakeups wakeups;

	private final Holdings holdings;

	private final SettleCalls settleCalls;

	private final SchemaRecovery recovery;

	private final QueueObserver observer;

	private final long pollInterval;

	private final Runnable eachTime;

	private final Interval oldOnes = new Interval(Duration.ofSeconds(10));

	private final StoreThread thread;

	private final Patience room = Patience.forRoom();

	private boolean moreScheduled = true;

	private int failedMoves;

	private volatile @Nullable String finding;

	DueRounds(DueClaims claims, DuePlan plan, Wakeups wakeups, Holdings holdings, SettleCalls settleCalls,
			SchemaRecovery recovery, QueueObserver observer, Duration pollInterval, Runnable eachTime) {
		this.claims = claims;
		this.plan = plan;
		this.wakeups = wakeups;
		this.holdings = holdings;
		this.settleCalls = settleCalls;
		this.recovery = recovery;
		this.observer = observer;
		this.pollInterval = Math.max(1, pollInterval.toMillis());
		this.eachTime = eachTime;
		this.thread = new StoreThread("queue-postgres-due", this, plan.pause());
	}

	/**
	 * Add a source; does not wait for a round in progress.
	 */
	void add(DueSource source) {
		this.plan.add(source);
		this.thread.start();
	}

	/**
	 * Leave out a source. After return it gets no further message, as a round in progress
	 * has ended.
	 */
	synchronized void remove(DueSource source) {
		this.plan.remove(source);
	}

	/**
	 * What someone should look into, or {@code null}.
	 */
	@Nullable String finding() {
		return this.finding;
	}

	void close() {
		this.thread.close();
	}

	@Override
	public void run() {
		int failures = 0;
		while (!this.thread.isClosed()) {
			Duration wait;
			try {
				this.eachTime.run();
				round();
				wait = untilNextLook();
				failures = 0;
				if (this.failedMoves == 0) {
					this.finding = null;
				}
			}
			catch (Throwable ex) {
				failures++;
				this.moreScheduled = true;
				// Its answer may be lost
				this.plan.sources().forEach((source) -> {
					source.reconciling().claimFailed();
					source.nextLook().within(0);
				});
				this.plan.scheduled().within(0);
				wait = Duration.ofMillis(100L << Math.min(failures, 10));
				wait = (wait.compareTo(LONGEST_BACK_OFF) < 0) ? wait : LONGEST_BACK_OFF;
				recover(ex, failures, "Retried and scheduled messages can't be looked for: ");
			}
			try {
				this.plan.pause().await(wait);
			}
			catch (InterruptedException ex) {
				return;
			}
		}
	}

	private void recover(Throwable failure, int failures, String warning) {
		try {
			// The pollers tell of an outage; this is for what only concerns these
			// statements
			if (failures >= FAILURES_TO_TELL) {
				this.finding = warning + failure.getMessage();
			}
			if (failures == FAILURES_TO_TELL) {
				this.observer.on(new QueueEvent.Warning(PostgresStore.BACKEND, warning + failure.getMessage()));
			}
			this.recovery.recover(failure);
		}
		catch (Throwable ex) {
			// The round is tried again in any case
			failure.addSuppressed(ex);
		}
	}

	/**
	 * Look for what is due to be looked at; and then, as it is one statement, for
	 * everything else as well.
	 */
	private synchronized void round() {
		reconcile();
		List<DueClaims.Request> requests = requests();
		if (!this.plan.scheduled().isDue() && requests.stream().noneMatch((request) -> isDue(request.source()))) {
			return;
		}
		this.room.reset();
		this.plan.scheduled().begin(this.pollInterval);
		requests.forEach((request) -> request.source().nextLook().begin(this.pollInterval));
		DueClaims.Found found = this.claims.look(requests, lookForOldOnes());
		for (int i = 0; i < requests.size(); i++) {
			take(requests.get(i), found.answers().get(i));
		}
		take(found.moved());
	}

	private static boolean isDue(DueSource source) {
		return source.nextLook().isDue();
	}

	/**
	 * Recent ones first, so as not to walk over the dead versions of old ones each time.
	 */
	private boolean lookForOldOnes() {
		boolean old = this.moreScheduled || this.oldOnes.isOver();
		if (old) {
			this.oldOnes.begin();
		}
		return old;
	}

	private void take(DueClaims.Request request, DueClaims.Answer answer) {
		DueSource source = request.source();
		if (!answer.messages().isEmpty()) {
			source.reconciling().messagesCame();
			source.sink().acceptDue(answer.messages());
		}
		if (!answer.bodiless().isEmpty()) {
			dropBodiless(request, answer.bodiless());
		}
		if (answer.nextIn() > 0) {
			source.nextLook().within(answer.nextIn());
		}
		else {
			// There was more than room for it, or someone else is at it
			source.nextLook().within(source.untilRoom(!answer.messages().isEmpty()));
		}
	}

	private void take(DueClaims.Moved moved) {
		this.wakeups.sent(moved.queues());
		this.moreScheduled = moved.more();
		this.plan.scheduled().within(moved.more() ? 1 : moved.nextIn());
		SQLException problem = moved.problem();
		this.failedMoves = (problem != null) ? this.failedMoves + 1 : 0;
		if (problem != null) {
			this.moreScheduled = true;
			recover(SqlFailures.translate("move scheduled messages into the log", problem), this.failedMoves,
					"Scheduled messages that are due are not delivered: ");
		}
	}

	private void dropBodiless(DueClaims.Request request, List<RetryReceipt> receipts) {
		String queue = request.source().subscription().queue();
		String group = request.source().subscription().group();
		List<SettleItem> items = receipts.stream().map((Receipt receipt) -> SettleItem.ack(receipt)).toList();
		this.settleCalls.settle(request.consumer(), queue, group, items);
		this.observer.on(new QueueEvent.Warning(PostgresStore.BACKEND, receipts.size() + " retries of queue '" + queue
				+ "', group '" + group + "' were dropped because their messages were removed from the log by hand"));
	}

	private void reconcile() {
		for (DueSource source : this.plan.sources()) {
			if (source.reconciling().isDue()) {
				this.holdings.reconcileDue(source.subscription(), source.sink());
				source.reconciling().done();
			}
		}
	}

	private List<DueClaims.Request> requests() {
		List<DueClaims.Request> requests = new ArrayList<>();
		for (DueSource source : this.plan.sources()) {
			Room room = source.sink().roomForDue();
			if (room.messages() > 0) {
				requests.add(new DueClaims.Request(source, source.sink().consumer(), room));
			}
		}
		return requests;
	}

	private Duration untilNextLook() {
		long nanos = this.plan.scheduled().left();
		boolean waitsForRoom = false;
		for (DueSource source : this.plan.sources()) {
			long left = source.nextLook().left();
			if (left > 0) {
				nanos = Math.min(nanos, left);
			}
			else {
				waitsForRoom = true;
			}
		}
		if (waitsForRoom) {
			nanos = Math.min(nanos, this.room.next().toNanos());
		}
		return Duration.ofNanos(nanos);
	}

}
