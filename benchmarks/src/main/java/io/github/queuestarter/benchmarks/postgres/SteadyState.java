package io.github.queuestarter.benchmarks.postgres;

import java.sql.Connection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.queuestarter.benchmarks.Check;
import io.github.queuestarter.benchmarks.Contender;
import io.github.queuestarter.benchmarks.Handled;
import io.github.queuestarter.benchmarks.Order;
import io.github.queuestarter.benchmarks.Scenario;
import io.github.queuestarter.benchmarks.starter.CpuClock;
import io.github.queuestarter.benchmarks.starter.Ours;

/**
 * One thread sends and one listener handles at the same time, as fast as they can, and
 * finished messages are removed meanwhile. Runs for so long that removal takes part: it
 * comes every few seconds, and so does the vacuum that gives the space back.
 */
final class SteadyState {

	private static final int ROUNDS = 1;

	private static final String LEFT = "rows left at the end";

	private static final String LEFT_SECONDS = "left at the end, s of sending";

	private static final String TABLE = "table with indexes, MB";

	private static final String GROWTH = "table at the end beside half time";

	private static final String LATE = "messages/s, second half beside first";

	private static final double MOST_LEFT_SECONDS = 10;

	private static final int SENT_AT_ONCE = 1000;

	/**
	 * The sender never has more than this ahead of the handler, or it would be a drain in
	 * the end.
	 */
	private static final long MOST_AHEAD = 20_000;

	private static final long LOOK_AGAIN_NANOS = 200_000;

	/**
	 * Instead of a minute, so that a minute is not too short.
	 */
	private static final String VACUUM_INTERVAL = "10s";

	private final Server server;

	private final int seconds;

	private SteadyState(Server server, int seconds) {
		this.server = server;
		this.seconds = seconds;
	}

	static Scenario scenario(Server server, int seconds) {
		SteadyState steady = new SteadyState(server, seconds);
		return Scenario.atMost(ROUNDS, "steady-state",
				"How fast do messages go through in %d s, from send to removal?".formatted(seconds),
				List.of(new Contender("ours", () -> steady.vacuumedOften(steady::ours)),
						new Contender("lease queue", () -> steady.vacuumedOften(steady::raw))),
				List.of(Check.ratio(Drain.RATE, "ours", "lease queue", 1.5),
						Check.atMost(LEFT_SECONDS, "ours", MOST_LEFT_SECONDS)));
	}

	private Map<String, Double> vacuumedOften(Contender.Work work) throws Exception {
		this.server.set("autovacuum_naptime", VACUUM_INTERVAL);
		try {
			return work.run();
		}
		finally {
			this.server.set("autovacuum_naptime", null);
		}
	}

	private Map<String, Double> ours() throws Exception {
		Handled handled = Handled.withoutEnd();
		try (Database database = this.server.fresh();
				Ours ours = Ours.start(database, (order) -> handled.add(order.fromZero()), Map.of())) {
			ours.listen();
			CpuClock cpu = new CpuClock(this.server);
			return whileSending(handled, ours::send, new Table(database, "queue.queue_message"), (table) -> {
				double rate = Ours.awaitDone(database, handled);
				ours.requireNothingLeft();
				return figures(table, cpu, rate, handled.count());
			});
		}
	}

	private Map<String, Double> raw() throws Exception {
		Handled handled = Handled.withoutEnd();
		RawQueue queue = new LeaseQueue();
		try (Database database = this.server.fresh(); Connection sending = database.connectForBulk()) {
			queue.create(database);
			CpuClock cpu = new CpuClock(this.server);
			return whileSending(handled, (from, to) -> RawQueue.insert(sending, Order.json(from, to)),
					new Table(database, "raw_queue"), (table) -> {
						drain(database, queue, handled);
						double rate = handled.rateUntilNow();
						handled.requireEachOnce();
						return figures(table, cpu, rate, handled.count());
					});
		}
	}

	private static void drain(Database database, RawQueue queue, Handled handled) throws Exception {
		try (Connection connection = database.connect(); RawQueue.Consumer consumer = queue.consumer(connection)) {
			while (!handled.isComplete()) {
				if (consumer.handleBatch(Drain.BATCH, handled) == 0) {
					LockSupport.parkNanos(LOOK_AGAIN_NANOS);
				}
			}
		}
	}

	private static Map<String, Double> figures(Table table, CpuClock cpu, double rate, long count) throws Exception {
		Map<String, Double> figures = new LinkedHashMap<>(cpu.with(rate, count));
		double left = table.rows();
		figures.put(LEFT, left);
		figures.put(LEFT_SECONDS, left / rate);
		figures.put(TABLE, table.megabytes());
		return figures;
	}

	private Map<String, Double> whileSending(Handled handled, Sending sending, Table table, Receiving receiving)
			throws Exception {
		ExecutorService sender = Executors.newSingleThreadExecutor();
		HalfTime halfTime = new HalfTime(handled, table);
		try {
			Future<?> sent = sender.submit(() -> {
				handled.expect(send(handled, sending, halfTime));
				return null;
			});
			Map<String, Double> measured = new LinkedHashMap<>(receiving.receive(table));
			sent.get();
			measured.putAll(halfTime.besideTheEnd());
			return measured;
		}
		finally {
			sender.shutdownNow();
		}
	}

	private long send(Handled handled, Sending sending, HalfTime halfTime) throws Exception {
		long half = System.nanoTime() + TimeUnit.SECONDS.toNanos(this.seconds) / 2;
		long sent = sendUntil(half, 0, handled, sending);
		halfTime.take();
		sent = sendUntil(half + TimeUnit.SECONDS.toNanos(this.seconds) / 2, sent, handled, sending);
		halfTime.end();
		return sent;
	}

	private static long sendUntil(long end, long from, Handled handled, Sending sending) throws Exception {
		long sent = from;
		while (System.nanoTime() - end < 0) {
			if (sent - handled.count() > MOST_AHEAD) {
				LockSupport.parkNanos(LOOK_AGAIN_NANOS);
			}
			else {
				sending.send(sent, sent + SENT_AT_ONCE);
				sent += SENT_AT_ONCE;
			}
		}
		return sent;
	}

	@FunctionalInterface
	private interface Sending {

		void send(long from, long to) throws Exception;

	}

	@FunctionalInterface
	private interface Receiving {

		Map<String, Double> receive(Table table) throws Exception;

	}

	/**
	 * How far it was when half of the time was over, and how much further at the end.
	 */
	private static final class HalfTime {

		private final Handled handled;

		private final Table table;

		private long count;

		private long countAtTheEnd;

		private double megabytes;

		private HalfTime(Handled handled, Table table) {
			this.handled = handled;
			this.table = table;
		}

		private void take() throws Exception {
			this.count = this.handled.count();
			this.megabytes = this.table.megabytes();
		}

		private void end() {
			this.countAtTheEnd = this.handled.count();
		}

		private Map<String, Double> besideTheEnd() throws Exception {
			Map<String, Double> figures = new LinkedHashMap<>();
			figures.put(GROWTH, this.table.megabytes() / this.megabytes);
			figures.put(LATE, (double) (this.countAtTheEnd - this.count) / this.count);
			return figures;
		}

	}

	/**
	 * Where the messages lie.
	 */
	private record Table(Database database, String name) {

		double rows() throws Exception {
			return this.database.number("select count(*) from " + this.name);
		}

		double megabytes() throws Exception {
			return this.database.number("select pg_total_relation_size('" + this.name + "')") / 1024.0 / 1024;
		}

	}

}
