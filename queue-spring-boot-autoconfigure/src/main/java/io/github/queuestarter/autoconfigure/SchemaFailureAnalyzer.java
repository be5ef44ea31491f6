package io.github.queuestarter.autoconfigure;

import io.github.queuestarter.QueueSchemaException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains missing or old tables.
 */
final class SchemaFailureAnalyzer extends AbstractFailureAnalyzer<QueueSchemaException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, QueueSchemaException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()),
				"Set 'queue.postgres.initialize-schema' to 'always' to have the tables made at start, or run the named"
						+ " script with a role that may.",
				cause);
	}

}
