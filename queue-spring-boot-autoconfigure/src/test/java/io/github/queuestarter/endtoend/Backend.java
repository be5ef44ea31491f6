package io.github.queuestarter.endtoend;

import java.util.LinkedHashMap;
import java.util.Map;

import io.github.queuestarter.servers.RedisCluster;
import io.github.queuestarter.servers.RedisSentinels;
import io.github.queuestarter.testing.RedisTopology;
import io.github.queuestarter.testing.TestPostgres;
import io.github.queuestarter.testing.TestRedis;
import io.github.queuestarter.testing.TestServers;

/**
 * A store as the keys of an application name it.
 *
 * @param name the kind of store
 * @param properties the keys that point at it
 */
public record Backend(String name, Map<String, String> properties) {

	/**
	 * The Redis that the contracts run on.
	 */
	static Backend redis() {
		return switch (RedisTopology.chosen()) {
			case STANDALONE -> redis(TestServers.redis());
			case SENTINEL -> redis(RedisTopology.sentinels());
			case CLUSTER -> redis(RedisTopology.cluster());
			case TLS -> redis(RedisTopology.tls());
		};
	}

	public static Backend redis(TestRedis redis) {
		Map<String, String> properties = onRedis();
		properties.put("spring.data.redis.host", redis.host());
		properties.put("spring.data.redis.port", String.valueOf(redis.port()));
		if (redis.password() != null) {
			properties.put("spring.data.redis.password", redis.password());
		}
		if (redis.username() != null) {
			properties.put("spring.data.redis.username", redis.username());
		}
		return new Backend("redis", properties);
	}

	static Backend redis(RedisSentinels sentinels) {
		Map<String, String> properties = onRedis();
		properties.put("spring.data.redis.sentinel.master", RedisSentinels.MASTER_NAME);
		properties.put("spring.data.redis.sentinel.nodes", sentinels.nodes());
		return new Backend("redis", properties);
	}

	static Backend redis(RedisCluster cluster) {
		Map<String, String> properties = onRedis();
		properties.put("spring.data.redis.cluster.nodes", cluster.nodes());
		return new Backend("redis", properties);
	}

	private static Backend redis(RedisTopology.TlsServer server) {
		Map<String, String> properties = new LinkedHashMap<>(redis(server.redis()).properties());
		properties.put("spring.data.redis.ssl.bundle", "redis");
		properties.put("spring.ssl.bundle.pem.redis.truststore.certificate", "file:" + server.certificate());
		return new Backend("redis", properties);
	}

	private static Map<String, String> onRedis() {
		Map<String, String> properties = new LinkedHashMap<>();
		properties.put("queue.backend", "redis");
		properties.put("spring.autoconfigure.exclude",
				"org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration");
		return properties;
	}

	public static Backend postgres(TestPostgres postgres) {
		Map<String, String> properties = new LinkedHashMap<>();
		properties.put("queue.backend", "postgres");
		properties.put("spring.datasource.url", postgres.jdbcUrl());
		if (postgres.username() != null) {
			properties.put("spring.datasource.username", postgres.username());
		}
		if (postgres.password() != null) {
			properties.put("spring.datasource.password", postgres.password());
		}
		return new Backend("postgres", properties);
	}

}
