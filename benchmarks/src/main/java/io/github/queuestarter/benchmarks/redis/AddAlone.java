package io.github.queuestarter.benchmarks.redis;

import java.nio.charset.StandardCharsets;

import io.github.queuestarter.benchmarks.starter.Latency;

/**
 * The {@code XADD} of a message.
 */
final class AddAlone implements Latency.Storage {

	private final Keys keys;

	private final RawStream stream;

	AddAlone(Server server) {
		this.keys = server.fresh();
		this.stream = new RawStream(server);
	}

	@Override
	public void store(String json) {
		this.stream.add(json.getBytes(StandardCharsets.UTF_8));
	}

	@Override
	public void close() {
		this.stream.close();
		this.keys.close();
	}

}
