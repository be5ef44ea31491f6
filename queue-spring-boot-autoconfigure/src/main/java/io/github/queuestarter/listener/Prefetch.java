package io.github.queuestarter.listener;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How many messages to claim ahead: a fixed number, or as many as the workers finish in
 * about 100 ms, by the measured handler time.
 */
final class Prefetch {

	private static final long AHEAD_NANOS = Duration.ofMillis(100).toNanos();

	/**
	 * A thousand messages of a megabyte in one answer leave a Redis of 1.5 GB no memory
	 * for those who send.
	 */
	private static final int MOST = 500;

	private static final double WEIGHT = 0.1;

	private final int concurrency;

	private final @Nullable Integer fixed;

	// written by all workers without a lock: a lost update costs nothing
	private volatile double average = AHEAD_NANOS;

	private volatile int size;

	Prefetch(int concurrency, @Nullable Integer fixed) {
		this.concurrency = concurrency;
		this.fixed = fixed;
		this.size = (fixed != null) ? fixed : 0;
	}

	int size() {
		return this.size;
	}

	void handlerTook(long nanos) {
		if (this.fixed != null) {
			return;
		}
		double average = this.average + WEIGHT * (nanos - this.average);
		this.average = average;
		int size = (int) Math.min(MOST, this.concurrency * AHEAD_NANOS / Math.max(1, average));
		if (size != this.size) {
			this.size = size;
		}
	}

}
