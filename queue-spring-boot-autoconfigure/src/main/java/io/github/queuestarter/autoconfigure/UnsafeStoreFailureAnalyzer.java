package io.github.queuestarter.autoconfigure;

import java.util.stream.Collectors;

import io.github.queuestarter.UnsafeStoreException;
import io.github.queuestarter.UnsafeStoreException.Risk;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains what is not safe about a store, and what to set.
 */
final class UnsafeStoreFailureAnalyzer extends AbstractFailureAnalyzer<UnsafeStoreException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, UnsafeStoreException cause) {
		return new FailureAnalysis("Redis is not set up so that it keeps queues, and 'queue.redis.strict' is 'true':"
				+ cause.risks().stream().map(Risk::what).collect(Collectors.joining(".\n    - ", "\n\n    - ", ".")),
				cause.risks().stream().map(Risk::remedy).collect(Collectors.joining(".\n", "", ".\n"))
						+ "Set 'queue.redis.strict' to 'false' to be warned only.",
				cause);
	}

}
