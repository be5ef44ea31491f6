package io.github.queuestarter.benchmarks.starter;

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
public final class Idle {

	private static final int ROUNDS = 1;

	private static final int LISTENERS = 50;

	private static final String JVM = "CPU of the JVM, %";

	private static final String CONNECTIONS = "connections";

	private final String cpuOfServer;

	private final MeasuredServer server;

	private final Duration watched;

	private final Duration settling;

	private Idle(MeasuredServer server, int seconds, int settling) {
		this.server = server;
		this.cpuOfServer = "CPU of " + server.product() + ", %";
		this.watched = Duration.ofSeconds(seconds);
		this.settling = Duration.ofSeconds(settling);
	}

	/**
	 * The scenario.
	 * @param seconds how long the application is watched
	 * @param settling how many seconds it is left alone before
	 * @param mostConnections how many connections the listeners and all behind them may
	 * have
	 */
	public static Scenario scenario(MeasuredServer server, int seconds, int settling, int mostConnections) {
		Idle idle = new Idle(server, seconds, settling);
		return Scenario.atMost(ROUNDS, "idle", "What do %d idle listeners cost?".formatted(LISTENERS),
				List.of(new Contender("no listener", () -> idle.watch(0)),
						new Contender("50 listeners", () -> idle.watch(LISTENERS))),
				List.of(Check.atMost(JVM, "50 listeners", 1), Check.atMost(idle.cpuOfServer, "50 listeners", 1),
						Check.atMost(CONNECTIONS, "50 listeners", mostConnections)));
	}

	private Map<String, Double> watch(int listeners) throws Exception {
		try (Home home = this.server.fresh();
				Forked forked = Forked.start(List.of(), List.of("idle", home.url(), Integer.toString(listeners),
						Long.toString(this.settling.toSeconds())))) {
			forked.await(Child.ANSWER);
			long began = System.nanoTime();
			Duration jvm = forked.cpuTime();
			Duration ofServer = this.server.cpuTime();
			Home.Load load = home.load();
			new CountDownLatch(1).await(this.watched.toMillis(), TimeUnit.MILLISECONDS);
			double seconds = (System.nanoTime() - began) / 1e9;
			Map<String, Double> measured = new LinkedHashMap<>();
			measured.put(JVM, percent(forked.cpuTime().minus(jvm), seconds));
			measured.put(this.cpuOfServer, percent(this.server.cpuTime().minus(ofServer), seconds));
			Home.Load now = home.load();
			measured.put(load.unit() + "/s", (now.count() - load.count()) / seconds);
			measured.put(CONNECTIONS, (double) now.connections());
			return measured;
		}
	}

	private static double percent(Duration cpu, double seconds) {
		return cpu.toNanos() / 1e9 / seconds * 100;
	}

}
