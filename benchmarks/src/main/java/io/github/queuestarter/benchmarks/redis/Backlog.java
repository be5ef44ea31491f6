package io.github.queuestarter.benchmarks.redis;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.queuestarter.benchmarks.Check;
import io.github.queuestarter.benchmarks.Contender;
import io.github.queuestarter.benchmarks.Handled;
import io.github.queuestarter.benchmarks.Scenario;
import io.github.queuestarter.benchmarks.starter.CpuClock;
import io.github.queuestarter.benchmarks.starter.Ours;

/**
 * The first messages of a long queue beside those of a short one, and how long it takes
 * to ask how the group stands.
 */
final class Backlog {

	private static final int ROUNDS = 2;

	private static final int ASKED = 9;

	private static final String RATE = "messages/s, the first ones";

	private static final String STATS = "stats, ms";

	private final Server server;

	private final int first;

	private final int most;

	private Backlog(Server server, int messages) {
		this.server = server;
		this.first = messages / 2;
		this.most = messages * 5;
	}

	static Scenario scenario(Server server, int messages) {
		Backlog backlog = new Backlog(server, messages);
		return new Scenario("backlog", "Does a backlog of %,d messages slow anything down?".formatted(backlog.most),
				ROUNDS, true,
				List.of(new Contender("short", () -> backlog.measure(backlog.first)),
						new Contender("long", () -> backlog.measure(backlog.most))),
				List.of(Check.ratio(RATE, "long", "short", 0.9), Check.atMost(STATS, "long", 50)));
	}

	private Map<String, Double> measure(int messages) throws Exception {
		Handled handled = new Handled(this.first);
		Map<String, Double> measured = new LinkedHashMap<>();
		try (Keys keys = this.server.fresh()) {
			keys.fill(messages);
			try (Ours ours = Ours.start(keys, (order) -> handled.add(order.fromZero()), Map.of())) {
				CpuClock cpu = new CpuClock(this.server);
				ours.listen();
				handled.await();
				measured.putAll(cpu.with(handled.rate(), this.first));
				measured.put(RATE, handled.rate());
				measured.remove(CpuClock.RATE);
			}
			try (Ours ours = Ours.start(keys)) {
				measured.put(STATS, statsMillis(ours));
			}
		}
		return measured;
	}

	private static double statsMillis(Ours ours) {
		List<Double> times = new ArrayList<>();
		for (int i = 0; i < ASKED; i++) {
			long began = System.nanoTime();
			ours.admin().stats();
			times.add((System.nanoTime() - began) / 1e6);
		}
		Collections.sort(times);
		return times.get(ASKED / 2);
	}

}
