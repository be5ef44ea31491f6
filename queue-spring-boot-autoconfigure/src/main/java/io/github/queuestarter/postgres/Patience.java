package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before looking again for what may not be there: longer each time, up
 * to a ceiling, and never in step with other instances.
 */
final class Patience {

	private static final long SHORTEST = 5;

	private static final Duration LONGEST_FOR_ROOM = Duration.ofMillis(100);

	private final long ceiling;

	private long millis = SHORTEST;

	Patience(Duration ceiling) {
		this.ceiling = Math.max(1, ceiling.toMillis());
	}

	/**
	 * For a sink that has no room, and does not tell when it has some again.
	 */
	static Patience forRoom() {
		return new Patience(LONGEST_FOR_ROOM);
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
