package io.github.queuestarter.benchmarks.postgres;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Processor time per message, of this JVM and of the server. Says more than a rate where
 * other things run on the machine.
 */
final class CpuClock {

	private final Server server;

	private final Duration jvm;

	private final Duration postgres;

	CpuClock(Server server) {
		this.server = server;
		this.jvm = jvmTime();
		this.postgres = server.cpuTime();
	}

	private static Duration jvmTime() {
		return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
	}

	/**
	 * A rate, and the processor time since this was made.
	 */
	Map<String, Double> with(double rate, long messages) {
		Map<String, Double> figures = new LinkedHashMap<>();
		figures.put(Drain.RATE, rate);
		figures.put("JVM, µs/message", jvmTime().minus(this.jvm).toNanos() / 1e3 / messages);
		figures.put("Postgres, µs/message", this.server.cpuTime().minus(this.postgres).toNanos() / 1e3 / messages);
		return figures;
	}

}
