package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.Settlement;
import io.github.queuestarter.store.StoreUnavailableException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Brings the settlements of one listener to the store, as many at once as have come in
 * while the last ones were on their way. Keeps what the store could not take and tries
 * again; a settlement that the store refuses does not hold up its neighbours.
 */
final class Settler {

	private static final Log logger = LogFactory.getLog(Settler.class);

	private static final int AT_ONCE = 1000;

	private static final int BACKLOG = 2000;

	/**
	 * How long to wait for more while much comes in: a call costs the store as much as
	 * some hundred messages, and a batch of the store that is settled as a whole less
	 * than one that is settled in parts.
	 */
	private static final Duration GATHERING = Duration.ofMillis(10);

	private static final int MUCH = 50;

	/**
	 * How long to wait at the end of the patience of a stop.
	 */
	private static final Duration LAST_WORDS = Duration.ofMillis(500);

	private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

	private final QueueStore store;

	private final String name;

	private final Vital vital;

	private final SettlementEvents events;

	private final Inbox inbox = new Inbox(BACKLOG);

	private final BackOff backOff = new BackOff(Duration.ofMillis(100), 2, LONGEST_WAIT, 0.2);

	private final Refusals refusals = new Refusals(this.backOff);

	private boolean muchComesIn;

	private boolean unavailable;

	private final Thread thread;

	private final CountDownLatch giveUp = new CountDownLatch(1);

	private volatile boolean stopping;

	private volatile int failedInARow;

	/**
	 * Create a settler.
	 * @param settled called for each message that is settled, or turned out not to be
	 * held any more
	 */
	Settler(QueueStore store, String queue, String group, QueueObserver observer, Vital vital,
			Consumer<ClaimedMessage> settled) {
		this.store = store;
		this.name = queue + "/" + group;
		this.vital = vital;
		this.events = new SettlementEvents(store.backend(), queue, group, observer, settled);
		this.thread = new Thread(this::run, "queue-settle-" + this.name);
		this.thread.setDaemon(true);
	}

	void start() {
		this.thread.start();
	}

	/**
	 * How many calls to the store have failed in a row, or how many times in a row it
	 * refused some messages while it took others.
	 */
	int consecutiveFailures() {
		return Math.max(this.failedInARow, this.refusals.rounds());
	}

	boolean isAlive() {
		return this.thread.isAlive();
	}

	/**
	 * Whether anything was settled since this was asked last.
	 */
	boolean settledAny() {
		return this.events.anyDone();
	}

	/**
	 * Add a settlement; waits while too many wait already.
	 */
	void add(Settlement settlement) {
		this.inbox.put(settlement);
	}

	/**
	 * Add a settlement if not too many wait already.
	 * @return whether it was added
	 */
	boolean offer(Settlement settlement) {
		return this.inbox.offer(settlement);
	}

	/**
	 * Bring a settlement to the store before anything else happens on this thread; if the
	 * store does not take it, it waits like the others.
	 */
	void settleNow(Settlement settlement) {
		List<Settlement> batch = List.of(settlement);
		try {
			this.events.done(batch, this.store.settlements().settle(batch));
		}
		catch (RuntimeException ex) {
			this.events.notDone(1, ex);
			add(settlement);
		}
	}

	/**
	 * Note that a transaction has settled a message.
	 */
	void settled(Settlement settlement) {
		this.events.failed(settlement);
		this.events.done(List.of(settlement), List.of());
	}

	/**
	 * Note that a transaction could not settle a message that was not held any more.
	 */
	void stale(Settlement settlement) {
		this.events.done(List.of(settlement), List.of(settlement.message()));
	}

	/**
	 * Note that a message may be settled already, by a transaction whose commit was not
	 * confirmed. The row decides: the next settlement tells of a failure if it finds the
	 * message held, and otherwise it was not stale.
	 */
	void doubt(ClaimedMessage message) {
		this.events.doubt(message);
	}

	/**
	 * Tell of a failed attempt if that is why a message is settled like this.
	 */
	void tellOfFailure(Settlement settlement) {
		this.events.failed(settlement);
	}

	/**
	 * Bring what waits to the store and end.
	 * @param patience how long to try
	 */
	void stop(Duration patience) {
		this.stopping = true;
		this.inbox.awaitNoMore();
		try {
			this.thread.join(Math.max(1, patience.toMillis()));
			this.giveUp.countDown();
			this.thread.join(LAST_WORDS.toMillis());
		}
		catch (InterruptedException ex) {
			this.giveUp.countDown();
			Thread.currentThread().interrupt();
		}
	}

	private void run() {
		while (!this.stopping || !this.inbox.isEmpty()) {
			try {
				awaitWork();
				settleWhatCameIn();
				if (this.refusals.areDue()) {
					settleRefused();
				}
			}
			catch (InterruptedException ex) {
				// nobody but stop() ends this thread
			}
			catch (Throwable ex) {
				// an Error as well: without this thread nothing is settled any more
				logger.error("Settling messages of '" + this.name + "' failed; it goes on", ex);
			}
			if (this.giveUp.getCount() == 0) {
				return;
			}
		}
		if (!this.refusals.isEmpty()) {
			settleRefused();
		}
	}

	/**
	 * Sleep until something has come in, or what was refused is to be tried again.
	 */
	private void awaitWork() throws InterruptedException {
		this.vital.waits();
		try {
			Duration untilNextTry = this.refusals.untilNextTry();
			if (untilNextTry != null && this.refusals.areMany()) {
				pause(untilNextTry);
				return;
			}
			this.inbox.await(1, untilNextTry);
			if (this.muchComesIn) {
				this.inbox.await(AT_ONCE, GATHERING);
			}
		}
		finally {
			this.vital.works();
		}
	}

	private void settleWhatCameIn() {
		if (this.refusals.areMany()) {
			return;
		}
		List<Settlement> batch = this.inbox.take(AT_ONCE);
		this.muchComesIn = batch.size() >= MUCH;
		if (!batch.isEmpty()) {
			byConsumer(batch).forEach(this::flush);
		}
	}

	/**
	 * Try again what the store refused while it took others.
	 */
	private void settleRefused() {
		for (List<Settlement> ofConsumer : byConsumer(this.refusals.take())) {
			for (int from = 0; from < ofConsumer.size(); from += AT_ONCE) {
				flush(ofConsumer.subList(from, Math.min(ofConsumer.size(), from + AT_ONCE)));
			}
		}
		this.refusals.tried();
	}

	private static Collection<List<Settlement>> byConsumer(List<Settlement> batch) {
		String consumer = batch.get(0).message().consumer();
		if (batch.stream().allMatch((settlement) -> settlement.message().consumer().equals(consumer))) {
			return List.of(batch);
		}
		Map<String, List<Settlement>> parts = new LinkedHashMap<>();
		batch.forEach((settlement) -> parts.computeIfAbsent(settlement.message().consumer(), (key) -> new ArrayList<>())
			.add(settlement));
		return parts.values();
	}

	private void flush(List<Settlement> batch) {
		for (int failures = 1; this.giveUp.getCount() > 0 && !settle(batch); failures++) {
			if (!this.unavailable && storeAnswers()) {
				split(batch);
				return;
			}
			if (pause(this.backOff.after(failures))) {
				return;
			}
		}
	}

	/**
	 * Settle a refused batch in parts, to find out which part is refused. When it seems
	 * to be all of them, the rest waits as it is.
	 */
	private void split(List<Settlement> batch) {
		if (this.refusals.seemToBeAll()) {
			this.refusals.add(batch);
		}
		else if (batch.size() == 1) {
			List<Settlement> plain = List.of(plain(batch.get(0)));
			if (plain.equals(batch) || !settle(plain)) {
				this.refusals.add(plain);
			}
		}
		else {
			// a full Redis takes an ack and refuses all else
			List<Settlement> acks = batch.stream().filter(Settlement.Ack.class::isInstance).toList();
			if (!acks.isEmpty() && acks.size() < batch.size()) {
				flush(acks);
				flush(batch.stream().filter((settlement) -> !(settlement instanceof Settlement.Ack)).toList());
			}
			else {
				flush(batch.subList(0, batch.size() / 2));
				flush(batch.subList(batch.size() / 2, batch.size()));
			}
		}
	}

	@SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread settles
	private boolean settle(List<Settlement> batch) {
		this.vital.tick();
		List<ClaimedMessage> stale;
		try {
			stale = this.store.settlements().settle(batch);
		}
		catch (Throwable ex) {
			this.failedInARow++;
			this.events.notDone(batch.size(), ex);
			// of a store of many servers another one may answer a ping
			this.unavailable = ex instanceof StoreUnavailableException;
			return false;
		}
		this.failedInARow = 0;
		this.refusals.accepted();
		this.events.done(batch, stale);
		return true;
	}

	private boolean storeAnswers() {
		// each of the calls is bounded in time, and a pool that others have emptied is no
		// reason to look dead
		this.vital.tick();
		try {
			this.store.administration().ping();
			return true;
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	/**
	 * The same settlement without what the store may choke on.
	 */
	private static Settlement plain(Settlement settlement) {
		if (settlement instanceof Settlement.Retry retry) {
			return new Settlement.Retry(retry.message(), retry.after(), Failures.plain(retry.failure()));
		}
		if (settlement instanceof Settlement.Bury bury) {
			return new Settlement.Bury(bury.message(), Failures.plain(bury.failure()));
		}
		return settlement;
	}

	/**
	 * Wait before the next try.
	 * @return whether to give up
	 */
	private boolean pause(Duration wait) {
		try {
			return this.giveUp.await(wait.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			return false;
		}
	}

}
