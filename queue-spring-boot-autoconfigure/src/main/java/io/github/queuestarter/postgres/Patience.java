package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long a listener waits before it polls an empty queue again: longer each time, up to
 * a ceiling, and never in step with other instances.
 */
final class Patience {

	private static final long SHORTEST = 5;

	private final long ceiling;

	private long millis = SHORTEST;

	Patience(Duration ceiling) {
		this.ceiling = Math.max(1, ceiling.toMillis());
	}

	void reset() {
		this.millis = SHORTEST;
	}

	/**
	 * Whether the next wait is as long as they get.
	 */
	boolean isAtItsCeiling() {
		return this.millis >= this.ceiling;
	}

	Duration next() {
		long base = Math.min(this.millis, this.ceiling);
		this.millis = Math.min(this.millis * 2, this.ceiling);
		return Duration.ofMillis(base - ThreadLocalRandom.current().nextLong(base / 10 + 1));
	}

}
