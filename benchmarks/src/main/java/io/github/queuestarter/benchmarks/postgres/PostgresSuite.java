package io.github.queuestarter.benchmarks.postgres;

import java.sql.SQLException;
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
 * Everything about the Postgres store.
 */
public final class PostgresSuite implements Suite {

	private final Options options;

	private final Server server = new Server();

	public PostgresSuite(Options options) {
		this.options = options;
	}

	@Override
	public Map<String, String> facts() {
		try {
			return Map.of("postgres", this.server.version() + ", fsync and synchronous_commit on");
		}
		catch (SQLException ex) {
			throw new IllegalStateException("Could not ask the server", ex);
		}
	}

	@Override
	public List<Scenario> scenarios() {
		int messages = this.options.messages();
		int seconds = this.options.seconds();
		return List.of(Drain.scenario(this.server, messages), BulkSend.scenario(this.server, messages),
				SingleSend.scenario(this.server, messages / 4), SteadyState.scenario(this.server, seconds * 4),
				Instances.scenario(this.server, messages, Drain.CHEAPEST,
						(consumers, many) -> Drain.raw(this.server, new CheapestQueue(), many, consumers)),
				SlowHandler.scenario(this.server, messages / 2), Plans.scenario(this.server, messages),
				PinnedSnapshot.scenario(this.server, messages), Backlog.scenario(this.server, messages),
				Heap.scenario(this.server, messages),
				Latency.scenario(this.server, seconds, "insert alone", () -> new InsertAlone(this.server), 3, 10),
				Latency.seldom(this.server, seconds, 10),
				Idle.scenario(this.server, seconds, this.options.settling(), 12));
	}

	@Override
	public void close() {
		this.server.close();
	}

}
