package io.github.queuestarter.benchmarks.starter;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Processor time per message, of this JVM and of the server. Says more than a rate where
 * other things run on the machine.
 */
public final class CpuClock {

	/**
	 * The metric that most scenarios are about.
	 */
	public static final String RATE = "messages/s";

	private final MeasuredServer server;

	private final Duration jvm;

	private final Duration ofServer;

	public CpuClock(MeasuredServer server) {
		this.server = server;
		this.jvm = jvmTime();
		this.ofServer = server.cpuTime();
	}

	private static Duration jvmTime() {
		return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
	}

	/**
	 * A rate, and the processor time since this was made.
	 */
	public Map<String, Double> with(double rate, long messages) {
		Map<String, Double> figures = new LinkedHashMap<>();
		figures.put(RATE, rate);
		figures.put("JVM, µs/message", jvmTime().minus(this.jvm).toNanos() / 1e3 / messages);
		figures.put(this.server.product() + ", µs/message",
				this.server.cpuTime().minus(this.ofServer).toNanos() / 1e3 / messages);
		return figures;
	}

}
