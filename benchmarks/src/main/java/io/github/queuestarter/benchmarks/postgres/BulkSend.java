package io.github.queuestarter.benchmarks.postgres;

import java.sql.Connection;
import java.util.List;
import java.util.Map;

import io.github.queuestarter.benchmarks.Check;
import io.github.queuestarter.benchmarks.Contender;
import io.github.queuestarter.benchmarks.Order;
import io.github.queuestarter.benchmarks.Scenario;
import io.github.queuestarter.benchmarks.starter.CpuClock;
import io.github.queuestarter.benchmarks.starter.Ours;

/**
 * One thread sends 1000 messages per transaction; both sides write the JSON.
 */
final class BulkSend {

	private static final int AT_ONCE = 1000;

	private final Server server;

	private final int messages;

	private BulkSend(Server server, int messages) {
		this.server = server;
		this.messages = messages;
	}

	static Scenario scenario(Server server, int messages) {
		BulkSend bulk = new BulkSend(server, messages);
		return Scenario.of("bulk-send", "How fast is sendAll, 1000 messages at once?",
				List.of(new Contender("ours", bulk::ours), new Contender("raw JDBC", bulk::raw)),
				List.of(Check.ratio(Drain.RATE, "ours", "raw JDBC", 0.8)));
	}

	private Map<String, Double> ours() throws Exception {
		try (Database database = this.server.fresh(); Ours ours = Ours.start(database)) {
			database.settle();
			CpuClock cpu = new CpuClock(this.server);
			long began = System.nanoTime();
			ours.send(0, this.messages);
			double rate = this.messages * 1e9 / (System.nanoTime() - began);
			Map<String, Double> figures = cpu.with(rate, this.messages);
			require(database, "select count(*) from queue.queue_message");
			return figures;
		}
	}

	private Map<String, Double> raw() throws Exception {
		try (Database database = this.server.fresh()) {
			new CheapestQueue().create(database);
			database.settle();
			Map<String, Double> figures;
			try (Connection connection = database.connectForBulk()) {
				CpuClock cpu = new CpuClock(this.server);
				long began = System.nanoTime();
				for (long first = 0; first < this.messages; first += AT_ONCE) {
					RawQueue.insert(connection, Order.json(first, Math.min(this.messages, first + AT_ONCE)));
				}
				figures = cpu.with(this.messages * 1e9 / (System.nanoTime() - began), this.messages);
			}
			require(database, "select count(*) from raw_queue");
			return figures;
		}
	}

	private void require(Database database, String count) throws Exception {
		long stored = database.number(count);
		if (stored != this.messages) {
			throw new IllegalStateException(stored + " messages are stored instead of " + this.messages);
		}
	}

}
