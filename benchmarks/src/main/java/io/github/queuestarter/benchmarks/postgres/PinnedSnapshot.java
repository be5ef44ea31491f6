package io.github.queuestarter.benchmarks.postgres;

import java.sql.Connection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.queuestarter.benchmarks.Check;
import io.github.queuestarter.benchmarks.Contender;
import io.github.queuestarter.benchmarks.Handled;
import io.github.queuestarter.benchmarks.Scenario;
import io.github.queuestarter.benchmarks.starter.Ours;

/**
 * Drains with and without a snapshot that was held while many messages were handled. Both
 * have handled as many before.
 */
final class PinnedSnapshot {

	private static final int ROUNDS = 2;

	private static final int MOST_BEFORE = 500_000;

	private static final int SMALL_BATCH = 5;

	private static final String BY_500 = "messages/s, batches of 500";

	private static final String BY_5 = "messages/s, batches of 5";

	// so slow that a full drain would take minutes
	private static final double LONGEST_RAW_SECONDS = 8;

	private final Server server;

	private final int before;

	private final int messages;

	private PinnedSnapshot(Server server, int messages) {
		this.server = server;
		this.messages = messages;
		this.before = Math.min(messages / 2 * 5, MOST_BEFORE);
	}

	static Scenario scenario(Server server, int messages) {
		PinnedSnapshot pinned = new PinnedSnapshot(server, messages);
		return Scenario.atMost(ROUNDS, "pinned-snapshot",
				"What does a held snapshot cost after %,d messages under it?".formatted(pinned.before),
				List.of(new Contender("ours", () -> pinned.ours(false)),
						new Contender("ours, pinned", () -> pinned.ours(true)),
						new Contender("cheapest SQL", () -> pinned.raw(false)),
						new Contender("cheapest SQL, pinned", () -> pinned.raw(true))),
				List.of(Check.ratio(BY_500, "ours, pinned", "ours", 0.9),
						Check.ratio(BY_5, "ours, pinned", "ours", 0.9)));
	}

	private Map<String, Double> ours(boolean pinned) throws Exception {
		try (Database database = this.server.fresh()) {
			createTables(database);
			try (Pin pin = pinned ? new Pin(database) : null) {
				drain(database, Drain.BATCH, 0, this.before);
				Map<String, Double> rates = new LinkedHashMap<>();
				rates.put(BY_500, drain(database, Drain.BATCH, this.before, this.messages));
				rates.put(BY_5, drain(database, SMALL_BATCH, this.before + this.messages, this.messages / 8));
				return rates;
			}
		}
	}

	static void createTables(Database database) {
		Ours.start(database).close();
	}

	private static double drain(Database database, int batch, long from, int count) throws Exception {
		Handled handled = new Handled(count);
		Payloads.fillOurs(database, from, from + count);
		database.settle();
		try (Ours ours = Ours.start(database, (order) -> handled.add(order.fromZero() - from),
				Map.of("queue.listener.prefetch", batch - 1))) {
			ours.listen();
			double rate = Ours.awaitDone(database, handled);
			ours.requireNothingLeft();
			return rate;
		}
	}

	private Map<String, Double> raw(boolean pinned) throws Exception {
		try (Database database = this.server.fresh()) {
			new CheapestQueue().create(database);
			try (Pin pin = pinned ? new Pin(database) : null) {
				Payloads.fillRaw(database, 0, this.before);
				// the same dead rows as if they were handled in batches, in less time
				database.run("delete from raw_queue");
				Map<String, Double> rates = new LinkedHashMap<>();
				rates.put(BY_500, drainRaw(database, Drain.BATCH, this.messages));
				rates.put(BY_5, drainRaw(database, SMALL_BATCH, this.messages / 8));
				return rates;
			}
		}
	}

	private static double drainRaw(Database database, int batch, int count) throws Exception {
		// what the last drain had no time for
		database.run("delete from raw_queue");
		Payloads.fillRaw(database, 0, count);
		database.settle();
		Handled handled = new Handled(count);
		long began = System.nanoTime();
		try (Connection connection = database.connect();
				RawQueue.Consumer consumer = new CheapestQueue().consumer(connection)) {
			while (consumer.handleBatch(batch, handled) > 0 && System.nanoTime() - began < LONGEST_RAW_SECONDS * 1e9) {
				// until nothing comes or it took long enough
			}
		}
		return handled.count() * 1e9 / (System.nanoTime() - began);
	}

}
