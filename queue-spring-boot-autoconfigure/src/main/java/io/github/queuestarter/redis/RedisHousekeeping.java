package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.List;
import java.util.Set;

import io.github.queuestarter.store.Housekeeping;

/**
 * Trims streams.
 */
final class RedisHousekeeping implements Housekeeping {

	private static final int MOST = 10_000;

	private final RedisCalls calls;

	private final Keyspace keyspace;

	RedisHousekeeping(RedisCalls calls, Keyspace keyspace) {
		this.calls = calls;
		this.keyspace = keyspace;
	}

	@Override
	public long removeFinished(Set<String> queues, Duration keepDone) {
		List<ScriptCall> trims = queues.stream()
			.map((queue) -> ScriptCall.of(RedisScript.TRIM, List.of(this.keyspace.queue(queue).stream()),
					keepDone.toMillis(), MOST))
			.toList();
		return this.calls.evalAll(trims).stream().mapToLong((reply) -> reply.number(0)).sum();
	}

}
