package io.github.queuestarter.benchmarks.postgres;

import java.sql.Connection;
import java.util.List;
import java.util.Map;

import io.github.queuestarter.benchmarks.Check;
import io.github.queuestarter.benchmarks.Contender;
import io.github.queuestarter.benchmarks.Crew;
import io.github.queuestarter.benchmarks.Handled;
import io.github.queuestarter.benchmarks.Scenario;
import io.github.queuestarter.benchmarks.starter.CpuClock;
import io.github.queuestarter.benchmarks.starter.Ours;

/**
 * One instance and one listener empty a full queue.
 */
final class Drain {

	static final String CHEAPEST = "cheapest SQL";

	static final String RATE = CpuClock.RATE;

	static final int BATCH = 500;

	private final Server server;

	private final int messages;

	private Drain(Server server, int messages) {
		this.server = server;
		this.messages = messages;
	}

	static Scenario scenario(Server server, int messages) {
		Drain drain = new Drain(server, messages);
		return Scenario.of("drain", "How fast does one instance empty a full queue?",
				List.of(new Contender("ours", drain::ours),
						new Contender("lease queue", () -> raw(server, new LeaseQueue(), messages, 1)),
						new Contender(CHEAPEST, () -> raw(server, new CheapestQueue(), messages, 1))),
				List.of(Check.ratio(RATE, "ours", "lease queue", 3), Check.ratio(RATE, "ours", CHEAPEST, 0.6)));
	}

	private Map<String, Double> ours() throws Exception {
		Handled handled = new Handled(this.messages);
		try (Database database = this.server.fresh();
				Ours ours = Ours.start(database, (order) -> handled.add(order.fromZero()), Map.of())) {
			ours.send(0, this.messages);
			database.settle();
			CpuClock cpu = new CpuClock(this.server);
			ours.listen();
			Map<String, Double> figures = cpu.with(Ours.awaitDone(database, handled), this.messages);
			ours.requireNothingLeft();
			return figures;
		}
	}

	/**
	 * Fill a queue of plain JDBC and empty it.
	 * @param consumers by how many at the same time
	 */
	static Map<String, Double> raw(Server server, RawQueue queue, int messages, int consumers) throws Exception {
		try (Database database = server.fresh()) {
			queue.create(database);
			Payloads.fillRaw(database, 0, messages);
			database.settle();
			Handled handled = new Handled(messages);
			CpuClock cpu = new CpuClock(server);
			Crew.work(consumers, () -> drain(database, queue, handled));
			handled.requireEachOnce();
			return cpu.with(handled.rateUntilNow(), messages);
		}
	}

	private static boolean drain(Database database, RawQueue queue, Handled handled) throws Exception {
		try (Connection connection = database.connect(); RawQueue.Consumer consumer = queue.consumer(connection)) {
			while (consumer.handleBatch(BATCH, handled) > 0) {
				// until nothing comes
			}
			return handled.isComplete();
		}
	}

}
