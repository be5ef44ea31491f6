package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueEvent.Settled.Kind;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.Settlement;

/**
 * Brings the settlements of one listener to the store, as many at once as have come in
 * while the last ones were on their way. Keeps what the store could not take and tries
 * again; a settlement that the store refuses does not hold up its neighbours.
 */
final class Settler {

	private static final int AT_ONCE = 500;

	private static final int BACKLOG = 2000;

	private static final Duration POLL = Duration.ofMillis(500);

	private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

	private final QueueStore store;

	private final String queue;

	private final String group;

	private final QueueObserver observer;

	private final Consumer<ClaimedMessage> settled;

	private final Vital vital;

	private final BlockingQueue<Settlement> waiting = new ArrayBlockingQueue<>(BACKLOG);

	private final BackOff backOff = new BackOff(Duration.ofMillis(100), 2, LONGEST_WAIT, 0.2);

	private final Thread thread;

	private final CountDownLatch giveUp = new CountDownLatch(1);

	private volatile boolean stopping;

	private volatile int consecutiveFailures;

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
	 * How many calls to the store have failed in a row.
	 */
	int consecutiveFailures() {
		return this.consecutiveFailures;
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
		List<Settlement> batch = new ArrayList<>(AT_ONCE);
		while (!this.stopping || !this.waiting.isEmpty()) {
			try {
				this.vital.waits();
				Settlement first = this.waiting.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
				this.vital.works();
				if (first == null) {
					continue;
				}
				batch.add(first);
				this.waiting.drainTo(batch, AT_ONCE - 1);
				byConsumer(batch).forEach(this::flush);
			}
			catch (InterruptedException ex) {
				// nobody but stop() ends this thread
			}
			finally {
				batch.clear();
			}
			if (this.giveUp.getCount() == 0) {
				return;
			}
		}
	}

	private static Collection<List<Settlement>> byConsumer(List<Settlement> batch) {
		String consumer = batch.get(0).message().consumer();
		if (batch.stream().allMatch((settlement) -> settlement.message().consumer().equals(consumer))) {
			return List.of(List.copyOf(batch));
		}
		Map<String, List<Settlement>> parts = new LinkedHashMap<>();
		batch.forEach((settlement) -> parts.computeIfAbsent(settlement.message().consumer(), (key) -> new ArrayList<>())
			.add(settlement));
		return parts.values();
	}

	private void flush(List<Settlement> batch) {
		for (int failures = 1;; failures++) {
			this.vital.tick();
			try {
				done(batch, this.store.settlements().settle(batch));
				this.consecutiveFailures = 0;
				return;
			}
			catch (RuntimeException ex) {
				this.consecutiveFailures = failures;
				this.observer
					.on(new QueueEvent.FlushFailed(this.store.backend(), this.queue, this.group, batch.size(), ex));
				if (storeAnswers()) {
					if (batch.size() > 1) {
						flush(batch.subList(0, batch.size() / 2));
						flush(batch.subList(batch.size() / 2, batch.size()));
						return;
					}
					batch = List.of(plain(batch.get(0)));
				}
				if (pause(this.backOff.after(failures))) {
					return;
				}
			}
		}
	}

	private boolean storeAnswers() {
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
		for (Settlement settlement : batch) {
			if (stale.isEmpty() || !stale.contains(settlement.message())) {
				counts.merge(kindOf(settlement), 1, Integer::sum);
			}
			this.settled.accept(settlement.message());
		}
		counts.forEach((kind, count) -> this.observer
			.on(new QueueEvent.Settled(this.store.backend(), this.queue, this.group, kind, count)));
		if (!stale.isEmpty()) {
			this.observer.on(new QueueEvent.Stale(this.store.backend(), this.queue, this.group,
					stale.stream().map(ClaimedMessage::id).toList()));
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
