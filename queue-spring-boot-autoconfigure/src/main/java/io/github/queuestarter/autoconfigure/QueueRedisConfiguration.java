package io.github.queuestarter.autoconfigure;

import java.time.Duration;

import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.redis.RedisStore;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Queues on Redis.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(RedisConnectionFactory.class)
@ConditionalOnSingleCandidate(RedisConnectionFactory.class)
@ConditionalOnBackend("redis")
@EnableConfigurationProperties(QueueRedisProperties.class)
class QueueRedisConfiguration {

	@Bean
	QueueRedisConnections queueRedisConnections(RedisConnectionFactory connections, QueueProperties properties) {
		return new QueueRedisConnections(connections, properties.getHeartbeat().getInterval());
	}

	@Bean
	@ConditionalOnMissingBean(RedisStore.class)
	RedisStore queueRedisStore(QueueRedisConnections connections, QueueRedisProperties properties,
			QueueProperties queue, @Qualifier("queueEvents") QueueObserver events) {
		return new RedisStore(connections.store(), connections.heartbeat(), replication(connections, properties),
				settings(properties, queue.getHeartbeat().getInterval()), events);
	}

	private static RedisStore.@Nullable Replication replication(QueueRedisConnections connections,
			QueueRedisProperties properties) {
		try {
			int replicas = properties.getDurability().replicas();
			return (replicas > 0)
					? new RedisStore.Replication(replicas, properties.getDurabilityTimeout(), connections.confirmed())
					: null;
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidQueuePropertiesException("queue.redis.durability-timeout", String.valueOf(ex.getMessage()),
					ex);
		}
	}

	private static RedisStore.Settings settings(QueueRedisProperties properties, Duration reconcileInterval) {
		try {
			return new RedisStore.Settings(properties.getPrefix(), properties.getPollInterval(), properties.getBlock(),
					properties.getForeignIdle(), reconcileInterval);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidQueuePropertiesException("queue.redis", String.valueOf(ex.getMessage()), ex);
		}
	}

}
