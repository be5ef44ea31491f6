package io.github.queuestarter.postgres;

import java.time.Duration;

/**
 * A time after which something is to be done again, by the monotonic clock. Over at
 * first.
 */
final class Interval {

	private final long nanos;

	private long end = System.nanoTime();

	Interval(Duration length) {
		this.nanos = length.toNanos();
	}

	boolean isOver() {
		return System.nanoTime() - this.end >= 0;
	}

	void begin() {
		this.end = System.nanoTime() + this.nanos;
	}

	void end() {
		this.end = System.nanoTime();
	}

}
