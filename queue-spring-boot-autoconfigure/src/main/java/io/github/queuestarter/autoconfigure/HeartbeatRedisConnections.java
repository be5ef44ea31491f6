package io.github.queuestarter.autoconfigure;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The heartbeat's own connection to the same Redis, neither shared nor pooled: a
 * heartbeat that waits behind others is one that comes too late. Not a bean of type
 * {@link RedisConnectionFactory}, since the application's own must stay the only one.
 */
final class HeartbeatRedisConnections implements DisposableBean {

	private final RedisConnectionFactory factory;

	private final @Nullable LettuceConnectionFactory own;

	HeartbeatRedisConnections(RedisConnectionFactory application, Duration longestCommand) {
		this.own = (application instanceof LettuceConnectionFactory lettuce) ? ownLike(lettuce, longestCommand) : null;
		this.factory = (this.own != null) ? this.own : application;
	}

	private static LettuceConnectionFactory ownLike(LettuceConnectionFactory application, Duration longestCommand) {
		LettuceClientConfiguration client = application.getClientConfiguration();
		LettuceClientConfiguration.LettuceClientConfigurationBuilder builder = LettuceClientConfiguration.builder()
			.commandTimeout((client.getCommandTimeout().compareTo(longestCommand) < 0) ? client.getCommandTimeout()
					: longestCommand);
		client.getClientResources().ifPresent(builder::clientResources);
		client.getClientOptions().ifPresent(builder::clientOptions);
		client.getClientName().ifPresent((name) -> builder.clientName(name + "-heartbeat"));
		if (client.isUseSsl()) {
			LettuceClientConfiguration.LettuceSslClientConfigurationBuilder ssl = builder.useSsl();
			if (!client.isVerifyPeer()) {
				ssl.disablePeerVerification();
			}
			if (client.isStartTls()) {
				ssl.startTls();
			}
		}
		LettuceConnectionFactory own = new LettuceConnectionFactory(configuration(application), builder.build());
		own.setShareNativeConnection(true);
		own.setValidateConnection(false);
		own.afterPropertiesSet();
		own.start();
		return own;
	}

	private static RedisConfiguration configuration(LettuceConnectionFactory application) {
		RedisClusterConfiguration cluster = application.getClusterConfiguration();
		if (cluster != null) {
			return cluster;
		}
		RedisSentinelConfiguration sentinel = application.getSentinelConfiguration();
		return (sentinel != null) ? sentinel : application.getStandaloneConfiguration();
	}

	RedisConnectionFactory factory() {
		return this.factory;
	}

	@Override
	public void destroy() {
		if (this.own != null) {
			this.own.destroy();
		}
	}

}
