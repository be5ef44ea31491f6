package io.github.queuestarter.benchmarks.postgres;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.queuestarter.benchmarks.Check;
import io.github.queuestarter.benchmarks.Contender;
import io.github.queuestarter.benchmarks.Handled;
import io.github.queuestarter.benchmarks.Order;
import io.github.queuestarter.benchmarks.Scenario;
import io.github.queuestarter.benchmarks.starter.Ours;

/**
 * The first messages of a long queue beside those of a short one, and how long it takes
 * to ask how the group stands.
 */
final class Backlog {

	private static final int ROUNDS = 1;

	private static final int LONGEST = 1_000_000;

	private static final int ASKED = 9;

	private static final String RATE = "messages/s, the first ones";

	private static final String STATS = "stats, ms";

	private final Server server;

	private final int first;

	private final int most;

	private Backlog(Server server, int messages) {
		this.server = server;
		this.first = messages / 4;
		this.most = Math.min(messages * 5, LONGEST);
	}

	static Scenario scenario(Server server, int messages) {
		Backlog backlog = new Backlog(server, messages);
		return Scenario.atMost(ROUNDS, "backlog",
				"Does a backlog of %,d messages and %,d dead letters slow anything down?".formatted(backlog.most,
						backlog.most / 5),
				List.of(new Contender("short", () -> backlog.measure(backlog.first, 0)),
						new Contender("long", () -> backlog.measure(backlog.most, backlog.most / 5))),
				List.of(Check.ratio(RATE, "long", "short", 0.9), Check.atMost(STATS, "long", 50)));
	}

	private Map<String, Double> measure(int messages, int deadLetters) throws Exception {
		Handled handled = new Handled(this.first);
		Map<String, Double> measured = new LinkedHashMap<>();
		try (Database database = this.server.fresh()) {
			PinnedSnapshot.createTables(database);
			Payloads.fillOurs(database, 0, messages);
			database
				.run("""
						insert into queue.queue_dead_letter (queue, group_name, message_id, sent_at, payload, attempts, crashes,
						  first_failure_at, last_failure_at, kind, reason)
						select '%s', 'default', gen_random_uuid(), now(), '%s', 5, 0, now(), now(), 'EXCEPTION', 'no stock'
						  from generate_series(1, %d)"""
					.formatted(Ours.QUEUE, Order.json(0), deadLetters));
			database.settle();
			try (Ours ours = Ours.start(database, (order) -> handled.add(order.fromZero()), Map.of())) {
				ours.listen();
				handled.await();
				measured.put(RATE, handled.rate());
			}
			try (Ours ours = Ours.start(database)) {
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
