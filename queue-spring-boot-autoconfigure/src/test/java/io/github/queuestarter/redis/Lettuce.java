package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.queuestarter.servers.RedisServer;
import io.github.queuestarter.servers.RedisSentinels;
import io.github.queuestarter.testing.RedisTopology;
import io.github.queuestarter.testing.TestRedis;
import io.github.queuestarter.testing.TestServers;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.SslOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisNode;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.StringUtils;

/**
 * Makes connections to a server, and closes them.
 */
final class Lettuce implements AutoCloseable {

	private final List<LettuceConnectionFactory> factories = new ArrayList<>();

	/**
	 * Connections to the Redis that the contracts run on.
	 */
	LettuceConnectionFactory chosen(Duration commandTimeout) {
		return switch (RedisTopology.chosen()) {
			case STANDALONE -> connections(TestServers.redis(), commandTimeout);
			case SENTINEL -> sentinelConnections(RedisTopology.sentinels(), commandTimeout);
			case CLUSTER -> clusterConnections(RedisTopology.cluster().servers().get(0), null, null, commandTimeout);
			case TLS -> tlsConnections(RedisTopology.tls(), commandTimeout);
		};
	}

	LettuceConnectionFactory connections(TestRedis redis, Duration commandTimeout) {
		RedisStandaloneConfiguration server = new RedisStandaloneConfiguration(redis.host(), redis.port());
		server.setUsername(redis.username());
		server.setPassword(RedisPassword.of(redis.password()));
		return start(new LettuceConnectionFactory(server, client(commandTimeout)));
	}

	/**
	 * Connections to the cluster that a server belongs to.
	 */
	LettuceConnectionFactory clusterConnections(RedisServer member, @Nullable String user, @Nullable String password,
			Duration commandTimeout) {
		RedisClusterConfiguration cluster = new RedisClusterConfiguration()
			.clusterNode(new RedisNode(member.host(), member.port()));
		cluster.setUsername(user);
		cluster.setPassword(password);
		return start(new LettuceConnectionFactory(cluster, client(commandTimeout)));
	}

	private LettuceConnectionFactory sentinelConnections(RedisSentinels sentinels, Duration commandTimeout) {
		return start(new LettuceConnectionFactory(new RedisSentinelConfiguration(RedisSentinels.MASTER_NAME,
				StringUtils.commaDelimitedListToSet(sentinels.nodes())), client(commandTimeout)));
	}

	private LettuceConnectionFactory tlsConnections(RedisTopology.TlsServer server, Duration commandTimeout) {
		SslOptions trust = SslOptions.builder().trustManager(server.certificate().toFile()).build();
		return start(new LettuceConnectionFactory(
				new RedisStandaloneConfiguration(server.redis().host(), server.redis().port()),
				builder(commandTimeout).clientOptions(ClientOptions.builder().sslOptions(trust).build())
					.useSsl()
					.build()));
	}

	private static LettuceClientConfiguration client(Duration commandTimeout) {
		return builder(commandTimeout).build();
	}

	private static LettuceClientConfiguration.LettuceClientConfigurationBuilder builder(Duration commandTimeout) {
		return LettuceClientConfiguration.builder().commandTimeout(commandTimeout).shutdownTimeout(Duration.ZERO);
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
