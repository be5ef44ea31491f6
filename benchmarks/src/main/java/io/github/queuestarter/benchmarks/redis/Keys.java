package io.github.queuestarter.benchmarks.redis;

import java.util.concurrent.locks.LockSupport;

import io.github.queuestarter.benchmarks.starter.Home;
import io.github.queuestarter.benchmarks.starter.Ours;

/**
 * The keys of a server, none at first, for one contender in one round.
 *
 * @param server the server
 */
record Keys(Server server) implements Home {

	/**
	 * The stream of our queue.
	 */
	static final String STREAM = "queue:" + Ours.QUEUE;

	private static final long LOOK_AGAIN_NANOS = 2_000_000;

	@Override
	public String url() {
		return this.server.url();
	}

	@Override
	public void fill(int messages) {
		try (RawStream stream = new RawStream(this.server, STREAM)) {
			stream.fillAsOurs(messages);
		}
	}

	/**
	 * {@inheritDoc} There is nothing that a stream would have to get used to.
	 */
	@Override
	public void settle() {
	}

	@Override
	public void awaitNothingHeld() {
		while (this.server.commands().xpending(STREAM, Ours.GROUP).getCount() > 0) {
			LockSupport.parkNanos(LOOK_AGAIN_NANOS);
		}
	}

	long length() {
		return this.server.commands().xlen(STREAM);
	}

	@Override
	public Load load() {
		return new Load("commands", this.server.info("stats", "total_commands_processed"),
				this.server.info("clients", "connected_clients") - 1);
	}

	@Override
	public void close() {
		this.server.commands().flushall();
	}

}
