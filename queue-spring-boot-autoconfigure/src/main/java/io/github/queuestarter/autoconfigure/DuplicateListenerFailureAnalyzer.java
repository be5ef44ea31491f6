package io.github.queuestarter.autoconfigure;

import io.github.queuestarter.listener.DuplicateListenerException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains two listeners on one group of a queue.
 */
final class DuplicateListenerFailureAnalyzer extends AbstractFailureAnalyzer<DuplicateListenerException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, DuplicateListenerException cause) {
		return new FailureAnalysis(cause.getMessage(),
				"If each of them is to get every message, give one of them another group, as in"
						+ " @QueueListener(queue = \"orders\", group = \"mailer\"). If they are to share the messages,"
						+ " keep one and raise its concurrency.",
				cause);
	}

}
