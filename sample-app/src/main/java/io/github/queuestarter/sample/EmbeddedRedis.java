package io.github.queuestarter.sample;

import io.github.queuestarter.servers.RedisServer;

import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A Redis of its own for an application that is told of none. As a bean it outlives the
 * connection factory, which depends on it.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnExpression("""
		!environment.containsProperty('spring.data.redis.host')
		and !environment.containsProperty('spring.data.redis.url')""")
class EmbeddedRedis {

	@Bean(destroyMethod = "close")
	RedisServer redisServer() {
		try {
			return RedisServer.builder().config("--appendonly", "yes").start();
		}
		catch (RuntimeException ex) {
			throw new EmbeddedServerException("Redis", "spring.data.redis.host", ex);
		}
	}

	@Bean
	DataRedisConnectionDetails dataRedisConnectionDetails(RedisServer server) {
		return new DataRedisConnectionDetails() {

			@Override
			public Standalone getStandalone() {
				return Standalone.of(server.host(), server.port());
			}

		};
	}

}
