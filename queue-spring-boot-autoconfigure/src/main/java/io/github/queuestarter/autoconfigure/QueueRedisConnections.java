package io.github.queuestarter.autoconfigure;

import java.lang.reflect.Field;
import java.time.Duration;

import io.lettuce.core.ClientOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ReflectionUtils;

/**
 * The queue's own connections to the Redis of the application, outside of its pool: a
 * reader keeps its connection as long as it listens, and would sooner or later hold all
 * that a pool has; a heartbeat that waits behind others comes too late. Not beans of type
 * {@link RedisConnectionFactory}, since the application's own must stay the only one.
 */
final class QueueRedisConnections implements DisposableBean {

	/**
	 * Lettuce's own default is a minute, in which a listener would notice nothing.
	 */
	private static final Duration LONGEST_COMMAND = Duration.ofSeconds(10);

	private static final String CONFIGURATION = "configuration";

	private final LettuceConnectionFactory store;

	private final LettuceConnectionFactory heartbeat;

	private final LettuceConnectionFactory application;

	private final RedisConfiguration server;

	private final Duration timeout;

	private @Nullable LettuceConnectionFactory confirmed;

	/**
	 * Create the connections; none is opened yet.
	 * @param application the application's connections
	 * @param longestBeat how long a command of the heartbeat may take
	 * @param database the database of queues, if it is not that of the application
	 * @throws InvalidQueuePropertiesException if the server does not have that database
	 * @throws UnsupportedRedisClientException if the application does not use Lettuce
	 */
	QueueRedisConnections(RedisConnectionFactory application, Duration longestBeat, @Nullable RedisDatabase database) {
		if (!(application instanceof LettuceConnectionFactory lettuce)) {
			throw new UnsupportedRedisClientException(application.getClass());
		}
		Duration timeout = lettuce.getClientConfiguration().getCommandTimeout();
		RedisConfiguration server = in(database, configuration(lettuce));
		this.application = lettuce;
		this.server = server;
		this.timeout = shorter(timeout, LONGEST_COMMAND);
		this.store = start(like(lettuce, server, this.timeout, "-queue", true));
		this.heartbeat = start(like(lettuce, server, shorter(timeout, longestBeat), "-heartbeat", true));
	}

	private static RedisConfiguration in(@Nullable RedisDatabase database, RedisConfiguration server) {
		try {
			return (database != null) ? database.on(server) : server;
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidQueuePropertiesException("queue.redis", String.valueOf(ex.getMessage()), ex);
		}
	}

	private static Duration shorter(Duration one, Duration other) {
		return (one.compareTo(other) < 0) ? one : other;
	}

	private static LettuceConnectionFactory like(LettuceConnectionFactory application, RedisConfiguration server,
			Duration timeout, String suffix, boolean reconnects) {
		LettuceClientConfiguration client = application.getClientConfiguration();
		LettuceClientConfiguration.LettuceClientConfigurationBuilder builder = LettuceClientConfiguration.builder()
			.commandTimeout(timeout)
			.shutdownTimeout(client.getShutdownTimeout())
			.shutdownQuietPeriod(client.getShutdownQuietPeriod());
		client.getClientResources().ifPresent(builder::clientResources);
		client.getClientOptions().ifPresent(builder::clientOptions);
		if (!reconnects) {
			ClientOptions options = client.getClientOptions().orElseGet(ClientOptions::create);
			builder.clientOptions(options.mutate().autoReconnect(false).build());
		}
		client.getClientName().ifPresent((name) -> builder.clientName(name + suffix));
		client.getRedisCredentialsProviderFactory().ifPresent(builder::redisCredentialsProviderFactory);
		if (client.isUseSsl()) {
			LettuceClientConfiguration.LettuceSslClientConfigurationBuilder ssl = builder.useSsl();
			ssl.verifyPeer(client.getVerifyMode());
			if (client.isStartTls()) {
				ssl.startTls();
			}
		}
		LettuceConnectionFactory own = new LettuceConnectionFactory(server, builder.build());
		own.setValidateConnection(false);
		return own;
	}

	private static LettuceConnectionFactory start(LettuceConnectionFactory own) {
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
		return (sentinel != null) ? sentinel : otherConfiguration(application);
	}

	/**
	 * What was given, as for static master and replicas there is no getter, and the one
	 * for a single server answers localhost.
	 */
	private static RedisConfiguration otherConfiguration(LettuceConnectionFactory application) {
		Field field = ReflectionUtils.findField(LettuceConnectionFactory.class, CONFIGURATION);
		if (field != null && field.trySetAccessible()
				&& ReflectionUtils.getField(field, application) instanceof RedisConfiguration given) {
			return given;
		}
		return application.getStandaloneConfiguration();
	}

	RedisConnectionFactory store() {
		return this.store;
	}

	RedisConnectionFactory heartbeat() {
		return this.heartbeat;
	}

	/**
	 * Makes connections for sends that replicas confirm: none is shared or comes back by
	 * itself.
	 */
	synchronized RedisConnectionFactory confirmed() {
		LettuceConnectionFactory own = this.confirmed;
		if (own == null) {
			own = like(this.application, this.server, this.timeout, "-send", false);
			own.setShareNativeConnection(false);
			this.confirmed = start(own);
		}
		return own;
	}

	@Override
	public synchronized void destroy() {
		if (this.confirmed != null) {
			this.confirmed.destroy();
		}
		this.store.destroy();
		this.heartbeat.destroy();
	}

}
