package io.github.queuestarter.sample;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says what to do on a machine where an embedded server does not run, such as Redis on
 * Windows.
 */
class EmbeddedServerFailureAnalyzer extends AbstractFailureAnalyzer<EmbeddedServerException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, EmbeddedServerException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()),
				"Let the sample use a %s of yours: set '%s', see application-external.yml.".formatted(cause.server(),
						cause.property()),
				cause);
	}

}
