package io.github.queuestarter.autoconfigure;

import io.github.queuestarter.core.StoreSelectionException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains why it can't be told which store a queue lives in.
 */
final class StoreSelectionFailureAnalyzer extends AbstractFailureAnalyzer<StoreSelectionException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, StoreSelectionException cause) {
		return new FailureAnalysis(cause.getMessage() + ".", action(cause), cause);
	}

	private static String action(StoreSelectionException cause) {
		String key = "'queue.queues." + cause.getQueue() + ".backend'";
		if (cause.getWanted() == null && cause.getPresent().size() > 1) {
			return "Set " + key + " or 'queue.backend' to one of " + String.join(", ", cause.getPresent()) + ".";
		}
		String wanted = cause.getWanted();
		String redis = "For Redis add 'spring-boot-starter-data-redis' and set 'spring.data.redis.host'.";
		String postgres = "For Postgres add 'spring-boot-starter-jdbc' and 'org.postgresql:postgresql' and set"
				+ " 'spring.datasource.url'.";
		if (wanted == null) {
			return redis + " " + postgres;
		}
		return switch (wanted) {
			case "redis" -> "If the application has a Redis connection, set " + key + " to redis: what an annotation"
					+ " says comes too late to make the store. Otherwise: " + redis;
			case "postgres" -> "If the application has a Postgres DataSource, set " + key
					+ " to postgres: what an annotation says comes too late to make the store. Otherwise: " + postgres;
			default -> "There is no store '" + wanted + "'. Set " + key + " or 'queue.backend' to redis or postgres.";
		};
	}

}
