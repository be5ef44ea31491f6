package io.github.queuestarter.endtoend;

import java.util.function.Supplier;

import io.github.queuestarter.servers.RedisCluster;
import io.github.queuestarter.servers.RedisSentinels;

import org.springframework.util.function.SingletonSupplier;

/**
 * Redis with Sentinels and a Redis Cluster that tests of this JVM share, started when
 * first asked for. They go away with the JVM. A test that kills a server starts its own.
 */
final class RedisTopologies {

	private static final Supplier<RedisSentinels> SENTINELS = SingletonSupplier.of(() -> RedisSentinels.start(1));

	private static final Supplier<RedisCluster> CLUSTER = SingletonSupplier.of(() -> RedisCluster.start());

	private RedisTopologies() {
	}

	static Backend sentinels() {
		return Backend.redis(SENTINELS.get());
	}

	static Backend cluster() {
		return Backend.redis(CLUSTER.get());
	}

}
