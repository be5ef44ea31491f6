package io.github.queuestarter.benchmarks.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

import io.github.queuestarter.benchmarks.Check;
import io.github.queuestarter.benchmarks.Contender;
import io.github.queuestarter.benchmarks.Order;
import io.github.queuestarter.benchmarks.Scenario;
import io.github.queuestarter.benchmarks.starter.CpuClock;
import io.github.queuestarter.benchmarks.starter.Ours;

/**
 * Four threads send one message at a time, over one connection on both sides.
 */
final class SingleSend {

	private static final int THREADS = 4;

	private final Server server;

	private final int messages;

	private SingleSend(Server server, int messages) {
		this.server = server;
		this.messages = messages / THREADS * THREADS;
	}

	static Scenario scenario(Server server, int messages) {
		SingleSend single = new SingleSend(server, messages);
		return Scenario.of("single-send", "How fast is send, one message at a time on four threads?",
				List.of(new Contender("ours", single::ours), new Contender("raw Lettuce", single::raw)),
				List.of(Check.ratio(CpuClock.RATE, "ours", "raw Lettuce", 0.9)));
	}

	private Map<String, Double> ours() throws Exception {
		try (Keys keys = this.server.fresh(); Ours ours = Ours.start(keys)) {
			return measure(Keys.STREAM, (number) -> ours.template().send(Ours.QUEUE, Order.of(number)));
		}
	}

	private Map<String, Double> raw() throws Exception {
		try (Keys keys = this.server.fresh(); RawStream stream = new RawStream(keys.server())) {
			return measure(RawStream.STREAM,
					(number) -> stream.add(Order.json(number).getBytes(StandardCharsets.UTF_8)));
		}
	}

	private Map<String, Double> measure(String stream, LongConsumer sending) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(THREADS);
		try {
			CpuClock cpu = new CpuClock(this.server);
			long began = System.nanoTime();
			List<Future<?>> ends = new ArrayList<>();
			for (int thread = 0; thread < THREADS; thread++) {
				int first = thread;
				ends.add(threads.submit(() -> {
					for (long number = first; number < this.messages; number += THREADS) {
						sending.accept(number);
					}
				}));
			}
			for (Future<?> end : ends) {
				end.get();
			}
			Map<String, Double> figures = cpu.with(this.messages * 1e9 / (System.nanoTime() - began), this.messages);
			this.server.require(stream, this.messages);
			return figures;
		}
		finally {
			threads.shutdownNow();
		}
	}

}
