package io.github.queuestarter.autoconfigure;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

/**
 * What an application says that did not start.
 */
final class StartupFailures {

	private StartupFailures() {
	}

	/**
	 * What our analyzers make of a failure, as Spring Boot asks them.
	 */
	static FailureAnalysis analyze(@Nullable Throwable failure, BeanFactory beans) {
		if (failure == null) {
			throw new AssertionError("The application has started");
		}
		return SpringFactoriesLoader.forDefaultResourceLocation()
			.load(FailureAnalyzer.class, ArgumentResolver.of(BeanFactory.class, beans),
					FailureHandler.handleMessage((message, cause) -> {
					}))
			.stream()
			.filter((analyzer) -> analyzer.getClass().getName().startsWith("io.github.queuestarter"))
			.map((analyzer) -> analyzer.analyze(failure))
			.filter(Objects::nonNull)
			.findFirst()
			.orElseThrow(() -> new AssertionError("No analysis of the start-up failure", failure));
	}

}
