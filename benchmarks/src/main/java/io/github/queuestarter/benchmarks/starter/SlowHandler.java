package io.github.queuestarter.benchmarks.starter;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

import io.github.queuestarter.benchmarks.Check;
import io.github.queuestarter.benchmarks.Contender;
import io.github.queuestarter.benchmarks.Handled;
import io.github.queuestarter.benchmarks.Scenario;

/**
 * Handlers that take 1 ms, 64 at a time, beside 64 threads that do nothing else.
 */
public final class SlowHandler {

	private static final int CONCURRENCY = 64;

	private static final long NANOS = 1_000_000;

	private final MeasuredServer server;

	private final int messages;

	private SlowHandler(MeasuredServer server, int messages) {
		this.server = server;
		this.messages = messages;
	}

	public static Scenario scenario(MeasuredServer server, int messages) {
		SlowHandler slow = new SlowHandler(server, messages);
		return Scenario.of("slow-handler", "Are 64 handlers of 1 ms kept busy?",
				List.of(new Contender("ours", slow::ours), new Contender("threads alone", slow::threads)),
				List.of(Check.ratio(CpuClock.RATE, "ours", "threads alone", 0.9)));
	}

	private Map<String, Double> ours() throws Exception {
		Handled handled = new Handled(this.messages);
		try (Home home = this.server.fresh(); Ours ours = Ours.start(home, (order) -> {
			LockSupport.parkNanos(NANOS);
			handled.add(order.fromZero());
		}, Map.of("queue.listener.concurrency", CONCURRENCY))) {
			ours.send(0, this.messages);
			home.settle();
			CpuClock cpu = new CpuClock(this.server);
			ours.listen();
			Map<String, Double> figures = cpu.with(Ours.awaitDone(home, handled), this.messages);
			ours.requireNothingLeft();
			return figures;
		}
	}

	private Map<String, Double> threads() throws Exception {
		Handled handled = new Handled(this.messages);
		CpuClock cpu = new CpuClock(this.server);
		ExecutorService threads = Executors.newFixedThreadPool(CONCURRENCY);
		try {
			for (int i = 0; i < this.messages; i++) {
				int number = i;
				threads.execute(() -> {
					LockSupport.parkNanos(NANOS);
					handled.add(number);
				});
			}
			handled.await();
			handled.requireEachOnce();
			return cpu.with(handled.rate(), this.messages);
		}
		finally {
			threads.shutdownNow();
		}
	}

}
