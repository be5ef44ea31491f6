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

	private static final long LOST_GROUP_TTL = Duration.ofDays(1).toMillis();

	private final RedisCalls calls;

	private final Keyspace keyspace;

	RedisHousekeeping(RedisCalls calls, Keyspace keyspace) {
		this.calls = calls;
		this.keyspace = keyspace;
	}

	@Override
	public long removeFinished(Set<String> queues, Duration keepDone) {
		List<ScriptCall> trims = queues.stream()
			.map(this.keyspace::queue)
			.map((keys) -> ScriptCall.of(RedisScript.TRIM, List.of(keys.stream(), keys.groups()), keepDone.toMillis(),
					MOST, LOST_GROUP_TTL))
			.toList();
		return this.calls.evalAll(trims).stream().mapToLong((reply) -> reply.number(0)).sum();
	}

}
