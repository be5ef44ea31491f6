package io.github.queuestarter.autoconfigure;

import java.util.Arrays;

import io.github.queuestarter.core.StoreSelectionException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.util.ClassUtils;

/**
 * Explains that there is no Redis store because there are several connection factories
 * and none of them stands out.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class RedisChoiceFailureAnalyzer extends AbstractFailureAnalyzer<StoreSelectionException> {

	private static final String FACTORY = "org.springframework.data.redis.connection.RedisConnectionFactory";

	private final BeanFactory beanFactory;

	RedisChoiceFailureAnalyzer(BeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, StoreSelectionException cause) {
		String wanted = cause.getWanted();
		boolean mayBeRedis = (wanted != null) ? wanted.equals("redis") : cause.getPresent().isEmpty();
		ClassLoader classLoader = getClass().getClassLoader();
		if (!mayBeRedis || !(this.beanFactory instanceof ListableBeanFactory beans)
				|| !ClassUtils.isPresent(FACTORY, classLoader)) {
			return null;
		}
		String[] names = beans.getBeanNamesForType(ClassUtils.resolveClassName(FACTORY, classLoader), false, false);
		if (names.length < 2) {
			return null;
		}
		Arrays.sort(names);
		return new FailureAnalysis(
				"Queue '" + cause.getQueue() + "' has no store on Redis: there are " + names.length
						+ " RedisConnectionFactories (" + String.join(", ", names)
						+ "), and none is primary or marked for queues.",
				"Annotate the @Bean method of the one that holds the queues with @QueueRedisConnectionFactory, or with"
						+ " @Primary the one that everything uses.",
				cause);
	}

}
