package io.github.queuestarter.benchmarks.postgres;

import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.github.queuestarter.benchmarks.Check;
import io.github.queuestarter.benchmarks.Contender;
import io.github.queuestarter.benchmarks.Handled;
import io.github.queuestarter.benchmarks.Order;
import io.github.queuestarter.benchmarks.Scenario;
import io.github.queuestarter.benchmarks.starter.Ours;

/**
 * One thread sends and one listener handles at the same time, as fast as they can, and
 * finished messages are removed meanwhile.
 */
final class SteadyState {

	private static final String LEFT = "rows left at the end";

	private static final int SENT_AT_ONCE = 1000;

	private final Server server;

	private final int messages;

	private SteadyState(Server server, int messages) {
		this.server = server;
		this.messages = messages;
	}

	static Scenario scenario(Server server, int messages) {
		SteadyState steady = new SteadyState(server, messages);
		return Scenario.of("steady-state", "How fast do messages go through, from send to removal?",
				List.of(new Contender("ours", steady::ours), new Contender("lease queue", steady::raw)),
				List.of(Check.ratio(Drain.RATE, "ours", "lease queue", 1.5)));
	}

	private Map<String, Double> ours() throws Exception {
		Handled handled = new Handled(this.messages);
		try (Database database = this.server.fresh();
				Ours ours = Ours.start(database, (order) -> handled.add(order.fromZero()), Map.of())) {
			ours.listen();
			return whileSending(() -> ours.send(0, this.messages), () -> {
				double rate = Ours.awaitDone(database, handled);
				double left = database.number("select count(*) from queue.queue_message");
				ours.requireNothingLeft();
				return Map.of(Drain.RATE, rate, LEFT, left);
			});
		}
	}

	private Map<String, Double> raw() throws Exception {
		try (Database database = this.server.fresh()) {
			RawQueue queue = new LeaseQueue();
			queue.create(database);
			return whileSending(() -> sendRaw(database), () -> drain(database, queue));
		}
	}

	private void sendRaw(Database database) throws Exception {
		try (Connection connection = database.connectForBulk()) {
			for (long first = 0; first < this.messages; first += SENT_AT_ONCE) {
				RawQueue.insert(connection, Order.json(first, Math.min(this.messages, first + SENT_AT_ONCE)));
			}
		}
	}

	private Map<String, Double> drain(Database database, RawQueue queue) throws Exception {
		Handled handled = new Handled(this.messages);
		try (Connection connection = database.connect(); RawQueue.Consumer consumer = queue.consumer(connection)) {
			while (handled.count() < this.messages) {
				if (consumer.handleBatch(Drain.BATCH, handled) == 0) {
					Thread.onSpinWait();
				}
			}
		}
		double rate = handled.rateUntilNow();
		handled.requireEachOnce();
		return Map.of(Drain.RATE, rate, LEFT, (double) database.number("select count(*) from raw_queue"));
	}

	private static Map<String, Double> whileSending(Sending sending, Contender.Work receiving) throws Exception {
		ExecutorService sender = Executors.newSingleThreadExecutor();
		try {
			Future<?> sent = sender.submit(() -> {
				sending.run();
				return null;
			});
			Map<String, Double> measured = receiving.run();
			sent.get();
			return measured;
		}
		finally {
			sender.shutdownNow();
		}
	}

	@FunctionalInterface
	private interface Sending {

		void run() throws Exception;

	}

}
