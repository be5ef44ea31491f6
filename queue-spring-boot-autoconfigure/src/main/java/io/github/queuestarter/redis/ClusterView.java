package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import io.lettuce.core.cluster.RedisClusterClient;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * What the client knows of a Redis Cluster. By itself it looks again seldom, and less and
 * less often, when a server does not answer.
 */
final class ClusterView {

	private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

	private final RedisConnectionFactory connections;

	private final AtomicLong noLookBefore = new AtomicLong(System.nanoTime());

	ClusterView(RedisConnectionFactory connections) {
		this.connections = connections;
	}

	/**
	 * Ask the servers who holds which slot, in the background. Does nothing if there is
	 * no cluster.
	 */
	void refresh() {
		long now = System.nanoTime();
		long before = this.noLookBefore.get();
		if (now - before >= 0 && this.connections instanceof LettuceConnectionFactory lettuce
				&& lettuce.getNativeClient() instanceof RedisClusterClient cluster
				&& this.noLookBefore.compareAndSet(before, now + BETWEEN_LOOKS.toNanos())) {
			cluster.refreshPartitionsAsync();
		}
	}

}
