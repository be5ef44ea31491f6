package io.github.queuestarter.benchmarks.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.queuestarter.benchmarks.Check;
import io.github.queuestarter.benchmarks.Contender;
import io.github.queuestarter.benchmarks.Handled;
import io.github.queuestarter.benchmarks.Scenario;

/**
 * Several instances share the work of one group.
 */
final class Instances {

	private final Server server;

	private final int messages;

	private Instances(Server server, int messages) {
		this.server = server;
		this.messages = messages;
	}

	static Scenario scenario(Server server, int messages) {
		Instances instances = new Instances(server, messages);
		return Scenario.of("instances", "Do four instances empty a queue as fast as one?",
				List.of(new Contender("one", () -> instances.drain(1)),
						new Contender("four", () -> instances.drain(4))),
				List.of(Check.ratio(Drain.RATE, "four", "one", 1)));
	}

	private Map<String, Double> drain(int count) throws Exception {
		Handled handled = new Handled(this.messages);
		List<Ours> all = new ArrayList<>();
		try (Database database = this.server.fresh()) {
			try {
				for (int i = 0; i < count; i++) {
					all.add(Ours.start(database, (order) -> handled.add(order.fromZero()), Map.of()));
				}
				all.get(0).send(0, this.messages);
				database.settle();
				CpuClock cpu = new CpuClock(this.server);
				all.forEach(Ours::listen);
				Map<String, Double> figures = cpu.with(Ours.awaitDone(database, handled), this.messages);
				all.get(0).requireNothingLeft();
				return figures;
			}
			finally {
				all.forEach(Ours::close);
			}
		}
	}

}
