package io.github.queuestarter.autoconfigure;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Explains that it can't be told which of several connections to Redis queues are to use.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class RedisConnectionFactoryChoiceFailureAnalyzer extends ConnectionChoiceFailureAnalyzer {

	RedisConnectionFactoryChoiceFailureAnalyzer(BeanFactory beanFactory) {
		super(beanFactory, "redis", "Redis", "org.springframework.data.redis.connection.RedisConnectionFactory",
				QueueRedisConnectionFactory.class);
	}

}
