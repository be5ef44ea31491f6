package io.github.queuestarter.benchmarks.postgres;

import java.util.List;
import java.util.Map;

import io.github.queuestarter.benchmarks.Check;
import io.github.queuestarter.benchmarks.Contender;
import io.github.queuestarter.benchmarks.Handled;
import io.github.queuestarter.benchmarks.Scenario;
import io.github.queuestarter.benchmarks.starter.Ours;

/**
 * Drains a log of which Postgres knows much, little that is wrong, or nothing.
 */
final class Plans {

	private static final int ROUNDS = 2;

	private static final int FEW = 10;

	private static final String NO_AUTOVACUUM = "alter table queue.queue_message set (autovacuum_enabled = off)";

	private final Server server;

	private final int messages;

	private Plans(Server server, int messages) {
		this.server = server;
		this.messages = messages;
	}

	static Scenario scenario(Server server, int messages) {
		Plans plans = new Plans(server, messages);
		return Scenario.atMost(ROUNDS, "plans", "Does the drain depend on the statistics of the table?",
				List.of(new Contender("analysed", () -> plans.drain(Knowledge.FRESH)),
						new Contender("stale statistics", () -> plans.drain(Knowledge.STALE)),
						new Contender("never analysed", () -> plans.drain(Knowledge.NONE))),
				List.of(Check.ratio(Drain.RATE, "stale statistics", "analysed", 0.9),
						Check.ratio(Drain.RATE, "never analysed", "analysed", 0.9)));
	}

	private Map<String, Double> drain(Knowledge knowledge) throws Exception {
		Handled handled = new Handled(this.messages);
		try (Database database = this.server.fresh();
				Ours ours = Ours.start(database, (order) -> handled.add(order.fromZero()), Map.of())) {
			database.run(NO_AUTOVACUUM);
			Payloads.fillOurs(database, 0, FEW);
			if (knowledge == Knowledge.STALE) {
				database.run("analyze queue.queue_message");
			}
			Payloads.fillOurs(database, FEW, this.messages);
			database.run((knowledge == Knowledge.FRESH) ? "vacuum analyze" : "checkpoint");
			ours.listen();
			double rate = Ours.awaitDone(database, handled);
			ours.requireNothingLeft();
			return Map.of(Drain.RATE, rate);
		}
	}

	private enum Knowledge {

		FRESH, STALE, NONE

	}

}
