package io.github.queuestarter.benchmarks.postgres;

import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.queuestarter.benchmarks.Check;
import io.github.queuestarter.benchmarks.Contender;
import io.github.queuestarter.benchmarks.Scenario;

/**
 * What an application costs whose listeners have nothing to do.
 */
final class Idle {

	private static final int ROUNDS = 1;

	private static final int LISTENERS = 50;

	private static final String JVM = "CPU of the JVM, %";

	private static final String POSTGRES = "CPU of Postgres, %";

	private static final String TRANSACTIONS = "transactions/s";

	private static final String CONNECTIONS = "connections";

	private final Server server;

	private final Duration watched;

	private Idle(Server server, int seconds) {
		this.server = server;
		this.watched = Duration.ofSeconds(seconds);
	}

	static Scenario scenario(Server server, int seconds) {
		Idle idle = new Idle(server, seconds);
		return Scenario.atMost(ROUNDS, "idle", "What do %d idle listeners cost?".formatted(LISTENERS),
				List.of(new Contender("no listener", () -> idle.watch(0)),
						new Contender("50 listeners", () -> idle.watch(LISTENERS))),
				List.of(Check.atMost(JVM, "50 listeners", 1), Check.atMost(POSTGRES, "50 listeners", 1)));
	}

	private Map<String, Double> watch(int listeners) throws Exception {
		try (Database database = this.server.fresh();
				Forked forked = Forked.start(List.of(), List.of("idle", database.url(), Integer.toString(listeners),
						Long.toString(this.watched.toSeconds())))) {
			forked.await(Child.ANSWER);
			long began = System.nanoTime();
			Duration jvm = forked.cpuTime();
			Duration postgres = this.server.cpuTime();
			long transactions = transactions(database);
			new CountDownLatch(1).await(this.watched.toMillis(), TimeUnit.MILLISECONDS);
			double seconds = (System.nanoTime() - began) / 1e9;
			Map<String, Double> measured = new LinkedHashMap<>();
			measured.put(JVM, percent(forked.cpuTime().minus(jvm), seconds));
			measured.put(POSTGRES, percent(this.server.cpuTime().minus(postgres), seconds));
			measured.put(TRANSACTIONS, (transactions(database) - transactions) / seconds);
			measured.put(CONNECTIONS, (double) database.number("""
					select count(*) from pg_stat_activity
					 where datname = current_database() and pid <> pg_backend_pid()"""));
			return measured;
		}
	}

	private static long transactions(Database database) throws SQLException {
		return database.number("""
				select xact_commit + xact_rollback from pg_stat_database where datname = current_database()""");
	}

	private static double percent(Duration cpu, double seconds) {
		return cpu.toNanos() / 1e9 / seconds * 100;
	}

}
