package io.github.queuestarter.benchmarks.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import javax.sql.DataSource;

import io.github.queuestarter.benchmarks.Check;
import io.github.queuestarter.benchmarks.Contender;
import io.github.queuestarter.benchmarks.Order;
import io.github.queuestarter.benchmarks.Scenario;
import io.github.queuestarter.benchmarks.starter.CpuClock;
import io.github.queuestarter.benchmarks.starter.Ours;

/**
 * Four threads send one message at a time, through the same pool on both sides.
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
				List.of(new Contender("ours", single::ours), new Contender("bare insert", single::raw)),
				List.of(Check.ratio(Drain.RATE, "ours", "bare insert", 0.85)));
	}

	private Map<String, Double> ours() throws Exception {
		try (Database database = this.server.fresh(); Ours ours = Ours.start(database)) {
			return measure(database, "queue.queue_message",
					(number) -> ours.template().send(Ours.QUEUE, Order.of(number)));
		}
	}

	private Map<String, Double> raw() throws Exception {
		try (Database database = this.server.fresh(); Ours pool = Ours.start(database)) {
			new CheapestQueue().create(database);
			DataSource dataSource = pool.bean(DataSource.class);
			return measure(database, "raw_queue", (number) -> insert(dataSource, Order.json(number)));
		}
	}

	private static void insert(DataSource dataSource, String payload) throws SQLException {
		try (Connection connection = dataSource.getConnection();
				PreparedStatement statement = connection
					.prepareStatement("insert into raw_queue (queue, payload) values (?, ?)")) {
			statement.setString(1, Ours.QUEUE);
			statement.setString(2, payload);
			statement.executeUpdate();
		}
	}

	private Map<String, Double> measure(Database database, String table, Sending sending) throws Exception {
		database.settle();
		ExecutorService threads = Executors.newFixedThreadPool(THREADS);
		try {
			CpuClock cpu = new CpuClock(this.server);
			long began = System.nanoTime();
			List<Future<?>> ends = new ArrayList<>();
			for (int thread = 0; thread < THREADS; thread++) {
				int first = thread;
				ends.add(threads.submit(() -> {
					for (long number = first; number < this.messages; number += THREADS) {
						sending.send(number);
					}
					return null;
				}));
			}
			for (Future<?> end : ends) {
				end.get();
			}
			double rate = this.messages * 1e9 / (System.nanoTime() - began);
			Map<String, Double> figures = cpu.with(rate, this.messages);
			if (database.number("select count(*) from " + table) != this.messages) {
				throw new IllegalStateException("Not all messages are stored");
			}
			return figures;
		}
		finally {
			threads.shutdownNow();
		}
	}

	@FunctionalInterface
	private interface Sending {

		void send(long number) throws Exception;

	}

}
