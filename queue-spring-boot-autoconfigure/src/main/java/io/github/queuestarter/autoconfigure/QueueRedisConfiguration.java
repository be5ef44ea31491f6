package io.github.queuestarter.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.redis.RedisStore;

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
@Conditional(OnQueueRedisCondition.class)
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
			QueueProperties queue, @Qualifier("queueEvents") QueueObserver events) {
		return new RedisStore(connections.store(), connections.heartbeat(),
				withKeys(settings(properties, queue.getHeartbeat().getInterval()), queue), events);
	}

	@Bean
	QueueRedisInspection queueRedisInspection(RedisStore store, QueueRedisProperties properties) {
		return new QueueRedisInspection(store, properties.isStrict());
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

	private static RedisStore.Settings settings(QueueRedisProperties properties, Duration reconcileInterval) {
		try {
			return new RedisStore.Settings(properties.getPrefix(), properties.getPollInterval(), properties.getBlock(),
					properties.getForeignIdle(), reconcileInterval)
				.withRefreshIdle(properties.isRefreshIdle());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidQueuePropertiesException("queue.redis", String.valueOf(ex.getMessage()), ex);
		}
	}

}
