package io.github.queuestarter.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps the set of the names of all queues. In a Redis Cluster it is elsewhere than most
 * queues, so nobody waits for it, and messages pass without it.
 */
final class QueueNames {

	private static final Duration KNOWN = Duration.ofMinutes(1);

	private static final Duration TRY_AGAIN = Duration.ofSeconds(5);

	private final RedisCalls calls;

	private final Keyspace keyspace;

	private final Map<String, Long> knownUntil = new ConcurrentHashMap<>();

	QueueNames(RedisCalls calls, Keyspace keyspace) {
		this.calls = calls;
		this.keyspace = keyspace;
	}

	/**
	 * Add a name. Said again from time to time, as the set may get lost.
	 */
	void add(String queue) {
		Long until = this.knownUntil.get(queue);
		long now = System.nanoTime();
		if (until == null || now - until >= 0) {
			this.knownUntil.put(queue, now + KNOWN.toNanos());
			byte[] name = queue.getBytes(StandardCharsets.UTF_8);
			this.calls.begin((commands) -> commands.sadd(this.keyspace.names(), name))
				.whenComplete((added, failure) -> {
					if (failure != null) {
						this.knownUntil.put(queue, now + TRY_AGAIN.toNanos());
					}
				});
		}
	}

}
