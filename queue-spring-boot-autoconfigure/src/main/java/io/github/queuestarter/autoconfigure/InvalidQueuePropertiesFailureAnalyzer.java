package io.github.queuestarter.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains a {@code queue.*} key that can't be used.
 */
final class InvalidQueuePropertiesFailureAnalyzer extends AbstractFailureAnalyzer<InvalidQueuePropertiesException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, InvalidQueuePropertiesException cause) {
		return new FailureAnalysis(cause.getMessage() + ".",
				"Correct the key under '" + cause.prefix() + "', or remove it to use the default.", cause);
	}

}
