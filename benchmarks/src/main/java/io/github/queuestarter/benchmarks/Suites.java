package io.github.queuestarter.benchmarks;

import java.util.List;

import io.github.queuestarter.benchmarks.postgres.PostgresSuite;
import io.github.queuestarter.benchmarks.redis.RedisSuite;

/**
 * The suites by name.
 */
final class Suites {

	static final List<String> NAMES = List.of("postgres", "redis");

	private Suites() {
	}

	static Suite start(Options options) {
		return options.suite().equals("redis") ? new RedisSuite(options) : new PostgresSuite(options);
	}

}
