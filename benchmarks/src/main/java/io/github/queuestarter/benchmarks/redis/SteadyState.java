package io.github.queuestarter.benchmarks.redis;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

import io.github.queuestarter.benchmarks.Check;
import io.github.queuestarter.benchmarks.Contender;
import io.github.queuestarter.benchmarks.Handled;
import io.github.queuestarter.benchmarks.Order;
import io.github.queuestarter.benchmarks.Scenario;
import io.github.queuestarter.benchmarks.starter.CpuClock;
import io.github.queuestarter.benchmarks.starter.Ours;

/**
 * One thread sends and one listener handles at the same time, as fast as they can, for so
 * long that finished messages are removed many times.
 */
final class SteadyState {

	private static final String MOST_FINISHED = "finished and not yet removed at most, seconds of work";

	private static final String LATE = "messages/s, second half beside first";

	private static final int SENT_AT_ONCE = 1000;

	private static final long MOST_UNHANDLED = 20_000;

	private static final Duration PATIENCE = Duration.ofMinutes(1);

	private static final long LOOK_NANOS = 20_000_000;

	private final Server server;

	private final Duration length;

	private SteadyState(Server server, int seconds) {
		this.server = server;
		this.length = Duration.ofSeconds(2L * seconds);
	}

	static Scenario scenario(Server server, int seconds) {
		SteadyState steady = new SteadyState(server, seconds);
		return Scenario.atMost(2, "steady-state", "How fast do messages go through, from send to removal?",
				List.of(new Contender("ours", steady::ours), new Contender(Drain.RAW_DELETING, steady::raw)),
				List.of(Check.atMost(MOST_FINISHED, "ours", 7)));
	}

	private Map<String, Double> ours() throws Exception {
		// the end is a matter of time, not of number
		Handled handled = new Handled(Long.MAX_VALUE);
		try (Keys keys = this.server.fresh();
				Ours ours = Ours.start(keys, (order) -> handled.add(order.fromZero()), Map.of())) {
			ours.listen();
			return watch(handled, keys::length, (from) -> ours.send(from, from + SENT_AT_ONCE));
		}
	}

	private Map<String, Double> raw() throws Exception {
		Handled handled = new Handled(Long.MAX_VALUE);
		try (Keys keys = this.server.fresh();
				RawStream sender = new RawStream(keys.server());
				RawStream receiver = new RawStream(keys.server());
				Background receiving = new Background()) {
			sender.createGroup();
			receiving.repeat(() -> {
				if (receiver.handleBatch(handled, true) == 0) {
					Thread.onSpinWait();
				}
			});
			return watch(handled, sender::length, (from) -> sender.addAll(Order.json(from, from + SENT_AT_ONCE)));
		}
	}

	private Map<String, Double> watch(Handled handled, LongSupplier streamLength, Sending sending) throws Exception {
		AtomicLong sent = new AtomicLong();
		CpuClock cpu = new CpuClock(this.server);
		long began = System.nanoTime();
		long end = began + this.length.toNanos();
		long half = 0;
		long mostFinished = 0;
		try (Background background = new Background()) {
			background.repeat(() -> {
				if (sent.get() - handled.count() < MOST_UNHANDLED) {
					sending.send(sent.get());
					sent.addAndGet(SENT_AT_ONCE);
				}
				else {
					LockSupport.parkNanos(LOOK_NANOS / 20);
				}
			});
			while (System.nanoTime() - end < 0) {
				LockSupport.parkNanos(LOOK_NANOS);
				mostFinished = Math.max(mostFinished, streamLength.getAsLong() - (sent.get() - handled.count()));
				if (half == 0 && System.nanoTime() - began > this.length.toNanos() / 2) {
					half = handled.count();
				}
			}
		}
		long all = handled.count();
		double rate = all * 1e9 / (System.nanoTime() - began);
		Map<String, Double> figures = new LinkedHashMap<>(cpu.with(rate, all));
		figures.put(LATE, (double) (all - half) / half);
		figures.put(MOST_FINISHED, mostFinished / rate);
		awaitAll(handled, sent.get());
		return figures;
	}

	private static void awaitAll(Handled handled, long sent) {
		long end = System.nanoTime() + PATIENCE.toNanos();
		while (handled.count() < sent && System.nanoTime() - end < 0) {
			LockSupport.parkNanos(LOOK_NANOS);
		}
		if (handled.count() != sent) {
			throw new IllegalStateException(handled.count() + " messages were handled instead of " + sent);
		}
	}

	@FunctionalInterface
	private interface Sending {

		void send(long from) throws Exception;

	}

	/**
	 * A thread that does something over and over until it is closed.
	 */
	private static final class Background implements AutoCloseable {

		private final ExecutorService thread = Executors.newSingleThreadExecutor();

		private final CountDownLatch closed = new CountDownLatch(1);

		private Future<?> end = this.thread.submit(() -> {
		});

		void repeat(Step step) {
			this.end = this.thread.submit(() -> {
				while (this.closed.getCount() > 0) {
					step.run();
				}
				return null;
			});
		}

		@Override
		public void close() throws Exception {
			this.closed.countDown();
			try {
				this.end.get(1, TimeUnit.MINUTES);
			}
			finally {
				this.thread.shutdownNow();
			}
		}

		@FunctionalInterface
		interface Step {

			void run() throws Exception;

		}

	}

}
