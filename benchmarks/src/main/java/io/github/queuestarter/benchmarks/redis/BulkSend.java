package io.github.queuestarter.benchmarks.redis;

import java.util.List;
import java.util.Map;

import io.github.queuestarter.benchmarks.Check;
import io.github.queuestarter.benchmarks.Contender;
import io.github.queuestarter.benchmarks.Scenario;
import io.github.queuestarter.benchmarks.starter.CpuClock;
import io.github.queuestarter.benchmarks.starter.Ours;

/**
 * One thread sends 1000 messages at once; both sides write the JSON.
 */
final class BulkSend {

	private final Server server;

	private final int messages;

	private BulkSend(Server server, int messages) {
		this.server = server;
		this.messages = messages;
	}

	static Scenario scenario(Server server, int messages) {
		BulkSend bulk = new BulkSend(server, messages);
		return Scenario.of("bulk-send", "How fast is sendAll, 1000 messages at once?",
				List.of(new Contender("ours", bulk::ours), new Contender("raw Lettuce", bulk::raw)),
				List.of(Check.ratio(CpuClock.RATE, "ours", "raw Lettuce", 0.6)));
	}

	private Map<String, Double> ours() throws Exception {
		try (Keys keys = this.server.fresh(); Ours ours = Ours.start(keys)) {
			return measure(Keys.STREAM, () -> ours.send(0, this.messages));
		}
	}

	private Map<String, Double> raw() {
		try (Keys keys = this.server.fresh(); RawStream stream = new RawStream(keys.server())) {
			return measure(RawStream.STREAM, () -> stream.fill(0, this.messages));
		}
	}

	private Map<String, Double> measure(String stream, Runnable sending) {
		CpuClock cpu = new CpuClock(this.server);
		long began = System.nanoTime();
		sending.run();
		Map<String, Double> figures = cpu.with(this.messages * 1e9 / (System.nanoTime() - began), this.messages);
		this.server.require(stream, this.messages);
		return figures;
	}

}
