package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.queuestarter.Delivery;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueEvent.Settled.Kind;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.Receipt;
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

	private static final int AT_ONCE = 500;

	private static final int BACKLOG = 2000;

	private static final int ENOUGH_REFUSED = 3;

	/**
	 * How long to wait for more while much comes in: a batch of the store that is settled
	 * as a whole costs the store far less than one that is settled in parts.
	 */
	private static final Duration GATHERING = Duration.ofMillis(1);

	private static final int MUCH = 50;

	private static final Duration POLL = Duration.ofMillis(500);

	private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

	private final QueueStore store;

	private final String queue;

	private final String group;

	private final QueueObserver observer;

	private final Consumer<ClaimedMessage> settled;

	private final Vital vital;

	private final BlockingQueue<Settlement> waiting = new ArrayBlockingQueue<>(BACKLOG);

	/**
	 * What may be settled already, by a transaction whose commit was not confirmed.
	 */
	private final Set<Receipt> doubtful = ConcurrentHashMap.newKeySet();

	private final BackOff backOff = new BackOff(Duration.ofMillis(100), 2, LONGEST_WAIT, 0.2);

	// used by the thread of this settler only, like all that is about refusals
	private final List<Settlement> refused = new ArrayList<>();

	private int refusedInARow;

	private volatile int refusedRounds;

	private long refusedAgainAt;

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
		this.queue = queue;
		this.group = group;
		this.observer = observer;
		this.vital = vital;
		this.settled = settled;
		this.thread = new Thread(this::run, "queue-settle-" + queue + "/" + group);
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
		return Math.max(this.failedInARow, this.refusedRounds);
	}

	boolean isAlive() {
		return this.thread.isAlive();
	}

	/**
	 * Add a settlement; waits while too many wait already.
	 */
	void add(Settlement settlement) {
		boolean interrupted = false;
		try {
			while (true) {
				try {
					this.waiting.put(settlement);
					return;
				}
				catch (InterruptedException ex) {
					// a decided settlement is not given up
					interrupted = true;
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * Add a settlement if not too many wait already.
	 * @return whether it was added
	 */
	boolean offer(Settlement settlement) {
		return this.waiting.offer(settlement);
	}

	/**
	 * Bring a settlement to the store before anything else happens on this thread; if the
	 * store does not take it, it waits like the others.
	 */
	void settleNow(Settlement settlement) {
		List<Settlement> batch = List.of(settlement);
		try {
			done(batch, this.store.settlements().settle(batch));
		}
		catch (RuntimeException ex) {
			this.observer.on(new QueueEvent.FlushFailed(this.store.backend(), this.queue, this.group, 1, ex));
			add(settlement);
		}
	}

	/**
	 * Note that a transaction has settled a message.
	 */
	void settled(Settlement settlement) {
		tellOfFailure(settlement);
		done(List.of(settlement), List.of());
	}

	/**
	 * Note that a transaction could not settle a message that was not held any more.
	 */
	void stale(Settlement settlement) {
		done(List.of(settlement), List.of(settlement.message()));
	}

	/**
	 * Note that a message may be settled already, by a transaction whose commit was not
	 * confirmed. The row decides: the next settlement tells of a failure if it finds the
	 * message held, and otherwise it was not stale.
	 */
	void doubt(ClaimedMessage message) {
		this.doubtful.add(message.receipt());
	}

	/**
	 * Tell of a failed attempt if that is why a message is settled like this.
	 */
	void tellOfFailure(Settlement settlement) {
		Delivery delivery = settlement.message().delivery();
		if (settlement instanceof Settlement.Retry retry) {
			this.observer.on(new QueueEvent.Failed(this.store.backend(), delivery, retry.failure(), false));
		}
		else if (settlement instanceof Settlement.Bury bury) {
			this.observer.on(new QueueEvent.Failed(this.store.backend(), delivery, bury.failure(), true));
		}
	}

	/**
	 * Bring what waits to the store and end.
	 * @param patience how long to try
	 */
	void stop(Duration patience) {
		this.stopping = true;
		try {
			this.thread.join(Math.max(1, patience.toMillis()));
			this.giveUp.countDown();
			this.thread.join(Math.max(1, POLL.toMillis()));
		}
		catch (InterruptedException ex) {
			this.giveUp.countDown();
			Thread.currentThread().interrupt();
		}
	}

	private void run() {
		while (!this.stopping || !this.waiting.isEmpty()) {
			try {
				settleWhatCameIn();
				if (!this.refused.isEmpty() && System.nanoTime() - this.refusedAgainAt >= 0) {
					settleRefused();
				}
			}
			catch (InterruptedException ex) {
				// nobody but stop() ends this thread
			}
			catch (Throwable ex) {
				// an Error as well: without this thread nothing is settled any more
				logger.error("Settling messages of '" + this.queue + "/" + this.group + "' failed; it goes on", ex);
			}
			if (this.giveUp.getCount() == 0) {
				return;
			}
		}
		if (!this.refused.isEmpty()) {
			settleRefused();
		}
	}

	private void settleWhatCameIn() throws InterruptedException {
		this.vital.waits();
		if (this.refused.size() >= BACKLOG) {
			pause(Duration.ofNanos(this.refusedAgainAt - System.nanoTime()));
			this.vital.works();
			return;
		}
		Settlement first = this.waiting.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
		this.vital.works();
		if (first != null) {
			if (this.muchComesIn && !this.stopping && this.waiting.size() < AT_ONCE - 1) {
				pause(GATHERING);
			}
			List<Settlement> batch = new ArrayList<>();
			batch.add(first);
			this.waiting.drainTo(batch, AT_ONCE - 1);
			this.muchComesIn = batch.size() >= MUCH;
			byConsumer(batch).forEach(this::flush);
		}
	}

	/**
	 * Try again what the store refused while it took others.
	 */
	@SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread settles
	private void settleRefused() {
		List<Settlement> again = List.copyOf(this.refused);
		this.refused.clear();
		this.refusedInARow = 0;
		for (List<Settlement> ofConsumer : byConsumer(again)) {
			for (int from = 0; from < ofConsumer.size(); from += AT_ONCE) {
				flush(ofConsumer.subList(from, Math.min(ofConsumer.size(), from + AT_ONCE)));
			}
		}
		this.refusedRounds = this.refused.isEmpty() ? 0 : this.refusedRounds + 1;
		this.refusedAgainAt = System.nanoTime() + this.backOff.after(this.refusedRounds + 1).toNanos();
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
		if (this.refusedInARow >= ENOUGH_REFUSED) {
			setAside(batch);
		}
		else if (batch.size() == 1) {
			List<Settlement> plain = List.of(plain(batch.get(0)));
			if (plain.equals(batch) || !settle(plain)) {
				setAside(plain);
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

	private void setAside(List<Settlement> batch) {
		if (this.refused.isEmpty()) {
			this.refusedAgainAt = System.nanoTime() + this.backOff.after(this.refusedRounds + 1).toNanos();
		}
		this.refused.addAll(batch);
		this.refusedInARow++;
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
			// of a store of many servers another one may answer a ping
			this.unavailable = ex instanceof StoreUnavailableException;
			this.observer
				.on(new QueueEvent.FlushFailed(this.store.backend(), this.queue, this.group, batch.size(), ex));
			return false;
		}
		this.failedInARow = 0;
		this.refusedInARow = 0;
		done(batch, stale);
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

	private void done(List<Settlement> batch, List<ClaimedMessage> stale) {
		Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
		List<String> tooLate = new ArrayList<>();
		for (Settlement settlement : batch) {
			ClaimedMessage message = settlement.message();
			boolean doubted = this.doubtful.remove(message.receipt());
			if (stale.isEmpty() || !stale.contains(message)) {
				counts.merge(kindOf(settlement), 1, Integer::sum);
				if (doubted) {
					tellOfFailure(settlement);
				}
			}
			else if (doubted) {
				logger.info("The commit of message " + message.id() + " of queue '" + this.queue
						+ "' was not confirmed, but has gone through");
			}
			else {
				tooLate.add(message.id());
			}
			this.settled.accept(message);
		}
		counts.forEach((kind, count) -> this.observer
			.on(new QueueEvent.Settled(this.store.backend(), this.queue, this.group, kind, count)));
		if (!tooLate.isEmpty()) {
			this.observer.on(new QueueEvent.Stale(this.store.backend(), this.queue, this.group, tooLate));
		}
	}

	private static Kind kindOf(Settlement settlement) {
		if (settlement instanceof Settlement.Ack) {
			return Kind.ACK;
		}
		if (settlement instanceof Settlement.Retry) {
			return Kind.RETRY;
		}
		return (settlement instanceof Settlement.Release) ? Kind.RELEASE : Kind.BURY;
	}

}
