package io.github.queuestarter.benchmarks.redis;

import java.util.List;
import java.util.Map;

import io.github.queuestarter.benchmarks.Options;
import io.github.queuestarter.benchmarks.Scenario;
import io.github.queuestarter.benchmarks.Suite;
import io.github.queuestarter.benchmarks.starter.Heap;
import io.github.queuestarter.benchmarks.starter.Idle;
import io.github.queuestarter.benchmarks.starter.Instances;
import io.github.queuestarter.benchmarks.starter.Latency;
import io.github.queuestarter.benchmarks.starter.SlowHandler;

/**
 * Everything about the Redis store.
 */
public final class RedisSuite implements Suite {

	/**
	 * One per listener; one each for sends and settlements together, and for the
	 * heartbeat.
	 */
	private static final int CONNECTIONS = 52;

	private final Options options;

	private final Server server = new Server();

	public RedisSuite(Options options) {
		this.options = options;
	}

	@Override
	public Map<String, String> facts() {
		return Map.of("redis", this.server.version() + ", appendfsync everysec");
	}

	@Override
	public List<Scenario> scenarios() {
		int messages = this.options.messages();
		int seconds = this.options.seconds();
		return List.of(Drain.scenario(this.server, messages), BulkSend.scenario(this.server, messages),
				SingleSend.scenario(this.server, messages), SteadyState.scenario(this.server, seconds),
				Instances.scenario(this.server, messages, Drain.RAW,
						(consumers, many) -> Drain.raw(this.server, many, consumers, false)),
				SlowHandler.scenario(this.server, messages / 2), Backlog.scenario(this.server, messages),
				Heap.scenario(this.server, messages),
				Latency.scenario(this.server, seconds, "XADD alone", () -> new AddAlone(this.server), 1, 5),
				Latency.seldom(this.server, seconds, 5),
				Idle.scenario(this.server, seconds, this.options.settling(), CONNECTIONS));
	}

	@Override
	public void close() {
		this.server.close();
	}

}
