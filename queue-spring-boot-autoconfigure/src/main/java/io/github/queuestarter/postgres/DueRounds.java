package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.Receipt;
import io.github.queuestarter.store.Sink.Room;
import org.jspecify.annotations.Nullable;

/**
 * The store's one thread for what becomes due: retries, for all sources in one statement,
 * and scheduled messages of all queues. Begins with the first source.
 */
final class DueRounds implements Runnable {

	/**
	 * How late a message that became due by another instance's hand is noticed at most.
	 */
	static final Duration LONGEST_WAIT = Duration.ofMillis(100);

	private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(5);

	private final Database database;

	private final DueClaims claims;

	private final Promotions promotions;

	private final Holdings holdings;

	private final SettleCalls settleCalls;

	private final SchemaRecovery recovery;

	private final QueueObserver observer;

	private final Pause pause;

	private final Interval promoting = new Interval(LONGEST_WAIT);

	private final List<DueSource> sources = new CopyOnWriteArrayList<>();

	private final Object starting = new Object();

	private volatile boolean running;

	private int failedPromotions;

	private @Nullable Thread thread;

	DueRounds(Database database, Promotions promotions, Holdings holdings, SettleCalls settleCalls,
			SchemaRecovery recovery, QueueObserver observer, Pause pause) {
		this.database = database;
		this.claims = new DueClaims(database);
		this.promotions = promotions;
		this.holdings = holdings;
		this.settleCalls = settleCalls;
		this.recovery = recovery;
		this.observer = observer;
		this.pause = pause;
	}

	/**
	 * Add a source; does not wait for a round in progress.
	 */
	void add(DueSource source) {
		this.sources.add(source);
		synchronized (this.starting) {
			if (this.thread == null) {
				this.running = true;
				this.thread = new Thread(this, "queue-postgres-due");
				this.thread.setDaemon(true);
				this.thread.start();
			}
		}
		this.pause.wake();
	}

	/**
	 * Leave out a source. After return it gets no further message, as a round in progress
	 * has ended.
	 */
	synchronized void remove(DueSource source) {
		this.sources.remove(source);
	}

	void close() {
		Thread closing;
		synchronized (this.starting) {
			this.running = false;
			closing = this.thread;
		}
		this.pause.wake();
		if (closing != null) {
			try {
				closing.join();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	@Override
	public void run() {
		long wait = 0;
		int failures = 0;
		while (this.running) {
			try {
				wait = round(wait);
				failures = 0;
			}
			catch (Throwable ex) {
				failures++;
				// Its answer may be lost
				this.sources.forEach((source) -> source.reconciling().end());
				wait = Math.min(LONGEST_WAIT.toMillis() << Math.min(failures, 10), LONGEST_BACK_OFF.toMillis());
				recover(ex, failures, "Retried and scheduled messages can't be looked for: ");
			}
			try {
				this.pause.await(Duration.ofMillis(wait));
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
			if (failures == 3) {
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
	 * Look once.
	 * @return milliseconds until the next look
	 */
	private synchronized long round(long lastWait) {
		reconcile();
		List<DueClaims.Request> requests = requests();
		boolean promotes = this.promoting.isOver();
		if (requests.isEmpty() && !promotes) {
			return longer(lastWait);
		}
		Found found = this.database.call("look for due messages", (connection) -> look(connection, requests, promotes));
		boolean any = found.more();
		long next = LONGEST_WAIT.toMillis();
		for (int i = 0; i < found.answers().size(); i++) {
			DueClaims.Answer answer = found.answers().get(i);
			handOver(requests.get(i), answer);
			any |= !answer.messages().isEmpty();
			if (answer.nextIn() > 0) {
				next = Math.min(next, answer.nextIn());
			}
		}
		if (promotes) {
			judgePromotion(found.failure());
		}
		return any ? 1 : Math.min(next, longer(lastWait));
	}

	/**
	 * A failed promotion costs neither the answer of the claim nor the pace of retries.
	 */
	private void judgePromotion(@Nullable SQLException failure) {
		this.failedPromotions = (failure != null) ? this.failedPromotions + 1 : 0;
		if (failure != null) {
			recover(SqlFailures.translate("move scheduled messages into the log", failure), this.failedPromotions,
					"Scheduled messages that are due are not delivered: ");
		}
	}

	private Found look(Connection connection, List<DueClaims.Request> requests, boolean promotes) throws SQLException {
		List<DueClaims.Answer> answers = requests.isEmpty() ? List.of() : this.claims.claim(connection, requests);
		boolean more = false;
		SQLException failure = null;
		if (promotes) {
			try {
				more = this.promotions.promote(connection);
			}
			catch (SQLException ex) {
				failure = ex;
			}
			if (!more) {
				this.promoting.begin();
			}
		}
		return new Found(answers, more, failure);
	}

	private void handOver(DueClaims.Request request, DueClaims.Answer answer) {
		if (!answer.messages().isEmpty()) {
			request.source().sink().acceptDue(answer.messages());
		}
		if (!answer.bodiless().isEmpty()) {
			dropBodiless(request, answer.bodiless());
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
		for (DueSource source : this.sources) {
			if (source.reconciling().isOver()) {
				this.holdings.reconcileDue(source.subscription(), source.sink());
				source.reconciling().begin();
			}
		}
	}

	private List<DueClaims.Request> requests() {
		List<DueClaims.Request> requests = new ArrayList<>();
		for (DueSource source : this.sources) {
			Room room = source.sink().roomForDue();
			if (room.messages() > 0) {
				requests.add(new DueClaims.Request(source, source.sink().consumer(), room));
			}
		}
		return requests;
	}

	private static long longer(long wait) {
		return Math.min(Math.max(2, wait * 2), LONGEST_WAIT.toMillis());
	}

	private record Found(List<DueClaims.Answer> answers, boolean more, @Nullable SQLException failure) {
	}

}
