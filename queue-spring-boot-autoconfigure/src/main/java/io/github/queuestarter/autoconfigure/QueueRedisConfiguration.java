package io.github.queuestarter.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;

import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.autoconfigure.RetentionProperties.TrimOnSend;
import io.github.queuestarter.redis.RedisStore;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Queues on Redis.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(RedisConnectionFactory.class)
@Conditional(OnQueueRedisConnectionFactoryCondition.class)
@ConditionalOnBackend("redis")
@EnableConfigurationProperties(QueueRedisProperties.class)
class QueueRedisConfiguration {

	@Bean
	QueueRedisConnections queueRedisConnections(ObjectProvider<RedisConnectionFactory> connections,
			@QueueRedisConnectionFactory ObjectProvider<RedisConnectionFactory> marked, QueueProperties properties,
			QueueRedisProperties redis) {
		return new QueueRedisConnections(marked.getIfAvailable(connections::getObject),
				properties.getHeartbeat().getInterval(),
				(redis.getDatabase() != null) ? new RedisDatabase(redis.getDatabase()) : null);
	}

	@Bean
	@ConditionalOnMissingBean(RedisStore.class)
	RedisStore queueRedisStore(QueueRedisConnections connections, QueueRedisProperties properties,
			QueueProperties queue, QueueSettings queues, @Qualifier("queueEvents") QueueObserver events) {
		return new RedisStore(connections.store(), connections.heartbeat(), replication(connections, properties),
				withKeys(settings(properties, queue.getHeartbeat()), queue), (name) -> lengthCap(name, queues), events);
	}

	@Bean
	QueueRedisInspection queueRedisInspection(RedisStore store, QueueRedisProperties properties) {
		return new QueueRedisInspection(store, properties.isStrict());
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

	private static RedisStore.Settings withKeys(RedisStore.Settings settings, QueueProperties properties) {
		Map<String, String> keys = new LinkedHashMap<>();
		properties.getQueues().forEach((queue, overrides) -> {
			String key = overrides.getRedis().getKey();
			if (key != null) {
				keys.put(queue, key);
			}
		});
		try {
			return settings.withKeys(keys);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidQueuePropertiesException("queue.queues", String.valueOf(ex.getMessage()), ex);
		}
	}

	@Bean
	MapRecordArgumentResolver queueMapRecordArgumentResolver(RedisStore store) {
		return new MapRecordArgumentResolver(store);
	}

	private static RedisStore.@Nullable LengthCap lengthCap(String queue, QueueSettings queues) {
		TrimOnSend how = queues.trimOnSend(queue);
		Long length = queues.retention(queue).maxLength();
		return (how != TrimOnSend.OFF && length != null) ? new RedisStore.LengthCap(length, how == TrimOnSend.EXACT)
				: null;
	}

	private static RedisStore.Settings settings(QueueRedisProperties properties, QueueProperties.Heartbeat heartbeat) {
		try {
			return new RedisStore.Settings(properties.getPrefix(), properties.getPollInterval(), properties.getBlock(),
					properties.getForeignIdle(), heartbeat.getInterval())
				.withRefreshIdle(properties.isRefreshIdle());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidQueuePropertiesException("queue.redis", String.valueOf(ex.getMessage()), ex);
		}
	}

}
