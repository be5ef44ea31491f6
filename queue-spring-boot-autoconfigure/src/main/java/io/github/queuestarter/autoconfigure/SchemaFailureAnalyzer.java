package io.github.queuestarter.autoconfigure;

import io.github.queuestarter.QueueSchemaException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains tables that are missing, old or out of reach.
 */
final class SchemaFailureAnalyzer extends AbstractFailureAnalyzer<QueueSchemaException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, QueueSchemaException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()), action(cause), cause);
	}

	private static String action(QueueSchemaException cause) {
		return "Set 'queue.postgres.initialize-schema' to 'always' to have the tables made at start, or take the named"
				+ " script out of the jar and run it with a role that owns the schema or may make it:"
				+ """


							psql --single-transaction --command "set queue.schema = '%s'" --file schema.sql

						With Flyway, copy the script to a migration of its own. If the application's role is not that owner, it \
						needs rights on the schema, its tables and functions: docs/postgres.md lists the grants."""
					.formatted(cause.schema().replace("'", "''"));
	}

}
