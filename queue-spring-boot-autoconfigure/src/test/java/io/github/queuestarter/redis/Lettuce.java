package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.queuestarter.servers.RedisServer;
import io.github.queuestarter.testing.TestRedis;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisNode;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Makes connections to a server, and closes them.
 */
final class Lettuce implements AutoCloseable {

	private final List<LettuceConnectionFactory> factories = new ArrayList<>();

	LettuceConnectionFactory connections(TestRedis redis, Duration commandTimeout) {
		RedisStandaloneConfiguration server = new RedisStandaloneConfiguration(redis.host(), redis.port());
		server.setUsername(redis.username());
		server.setPassword(RedisPassword.of(redis.password()));
		return start(new LettuceConnectionFactory(server, client(commandTimeout)));
	}

	/**
	 * Connections to the cluster that a server belongs to.
	 */
	LettuceConnectionFactory clusterConnections(RedisServer member, String user, String password,
			Duration commandTimeout) {
		RedisClusterConfiguration cluster = new RedisClusterConfiguration()
			.clusterNode(new RedisNode(member.host(), member.port()));
		cluster.setUsername(user);
		cluster.setPassword(password);
		return start(new LettuceConnectionFactory(cluster, client(commandTimeout)));
	}

	private static LettuceClientConfiguration client(Duration commandTimeout) {
		return LettuceClientConfiguration.builder()
			.commandTimeout(commandTimeout)
			.shutdownTimeout(Duration.ZERO)
			.build();
	}

	private LettuceConnectionFactory start(LettuceConnectionFactory factory) {
		factory.afterPropertiesSet();
		factory.start();
		this.factories.add(factory);
		return factory;
	}

	@Override
	public void close() {
		this.factories.forEach(LettuceConnectionFactory::destroy);
	}

}
