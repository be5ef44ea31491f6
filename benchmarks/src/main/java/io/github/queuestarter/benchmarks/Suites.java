package io.github.queuestarter.benchmarks;

import java.util.List;

import io.github.queuestarter.benchmarks.postgres.PostgresSuite;

/**
 * The suites by name.
 */
final class Suites {

	static final List<String> NAMES = List.of("postgres");

	private Suites() {
	}

	static Suite start(Options options) {
		return new PostgresSuite(options);
	}

}
