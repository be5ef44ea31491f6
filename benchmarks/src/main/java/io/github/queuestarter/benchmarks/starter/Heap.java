package io.github.queuestarter.benchmarks.starter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.queuestarter.benchmarks.Check;
import io.github.queuestarter.benchmarks.Contender;
import io.github.queuestarter.benchmarks.Scenario;

/**
 * A long queue is emptied by a JVM with a small heap.
 */
public final class Heap {

	private static final int ROUNDS = 1;

	private static final int MOST = 1_000_000;

	private static final String MEGABYTES = "heap, MB";

	private final MeasuredServer server;

	private final int messages;

	private Heap(MeasuredServer server, int messages) {
		this.server = server;
		this.messages = Math.min(messages * 5, MOST);
	}

	public static Scenario scenario(MeasuredServer server, int messages) {
		Heap heap = new Heap(server, messages);
		return Scenario.atMost(ROUNDS, "heap",
				"Is a backlog of %,d messages handled with 128 MB of heap?".formatted(heap.messages),
				List.of(new Contender("ours", heap::drain)), List.of(Check.atMost(MEGABYTES, "ours", 128)));
	}

	private Map<String, Double> drain() throws Exception {
		try (Home home = this.server.fresh()) {
			home.fill(this.messages);
			home.settle();
			try (Forked forked = Forked.start(List.of("-Xmx128m", "-XX:+ExitOnOutOfMemoryError"),
					List.of("drain", home.url(), Integer.toString(this.messages)))) {
				String[] answer = forked.await(Child.ANSWER).split(" ");
				Map<String, Double> measured = new LinkedHashMap<>();
				measured.put(CpuClock.RATE, Double.parseDouble(answer[0]));
				measured.put(MEGABYTES, Double.parseDouble(answer[1]) / 1024 / 1024);
				return measured;
			}
		}
	}

}
