package io.github.queuestarter.autoconfigure;

import io.github.queuestarter.UnusableQueueException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains a queue whose place in its store is taken.
 */
final class UnusableQueueFailureAnalyzer extends AbstractFailureAnalyzer<UnusableQueueException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, UnusableQueueException cause) {
		return new FailureAnalysis(cause.getMessage() + ".", cause.getAction(), cause);
	}

}
