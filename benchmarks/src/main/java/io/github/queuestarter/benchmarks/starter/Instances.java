package io.github.queuestarter.benchmarks.starter;

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
public final class Instances {

	/**
	 * Each instance has connections of its own, whose first statements cost what later
	 * ones do not: in a second of work that would be a tenth.
	 */
	private static final int MOST = 1_000_000;

	private final MeasuredServer server;

	private final int messages;

	private Instances(MeasuredServer server, int messages) {
		this.server = server;
		this.messages = Math.min(messages * 5, MOST);
	}

	/**
	 * The scenario.
	 * @param raw drains as many messages with nothing but the commands that it takes:
	 * four consumers share the processors with their server whoever they are
	 */
	public static Scenario scenario(MeasuredServer server, int messages, String nameOfRaw, RawDrain raw) {
		Instances instances = new Instances(server, messages);
		return Scenario.of("instances", "Do four instances empty a queue as fast as one?",
				List.of(new Contender("one", () -> instances.drain(1)), new Contender("four", () -> instances.drain(4)),
						new Contender(nameOfRaw + ", one", () -> raw.drain(1, instances.messages)),
						new Contender(nameOfRaw + ", four", () -> raw.drain(4, instances.messages))),
				List.of(Check.ratio(CpuClock.RATE, "four", "one", 1)));
	}

	private Map<String, Double> drain(int count) throws Exception {
		Handled handled = new Handled(this.messages);
		List<Ours> all = new ArrayList<>();
		try (Home home = this.server.fresh()) {
			try {
				for (int i = 0; i < count; i++) {
					all.add(Ours.start(home, (order) -> handled.add(order.fromZero()), Map.of()));
				}
				all.get(0).send(0, this.messages);
				home.settle();
				CpuClock cpu = new CpuClock(this.server);
				all.forEach(Ours::listen);
				Map<String, Double> figures = cpu.with(Ours.awaitDone(home, handled), this.messages);
				all.get(0).requireNothingLeft();
				return figures;
			}
			finally {
				all.forEach(Ours::close);
			}
		}
	}

	/**
	 * Empties a full queue of the raw contender.
	 */
	@FunctionalInterface
	public interface RawDrain {

		/**
		 * Drain.
		 * @param consumers by how many at the same time
		 */
		Map<String, Double> drain(int consumers, int messages) throws Exception;

	}

}
