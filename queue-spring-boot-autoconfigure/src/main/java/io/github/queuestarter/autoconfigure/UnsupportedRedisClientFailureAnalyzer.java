package io.github.queuestarter.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains that queues need Lettuce.
 */
final class UnsupportedRedisClientFailureAnalyzer extends AbstractFailureAnalyzer<UnsupportedRedisClientException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, UnsupportedRedisClientException cause) {
		return new FailureAnalysis(cause.getMessage() + ".",
				"Set 'spring.data.redis.client-type' to 'lettuce', or, if no queue lives in Redis, 'queue.backend' to"
						+ " 'postgres'.",
				cause);
	}

}
