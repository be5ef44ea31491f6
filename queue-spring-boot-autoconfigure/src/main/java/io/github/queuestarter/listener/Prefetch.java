package io.github.queuestarter.listener;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How many messages to claim ahead: a fixed number, or as many as the workers finish in
 * about 100 ms, by the measured time of the handler, and as fit into the memory that they
 * may take, by the measured size of the messages.
 */
final class Prefetch {

	private static final long AHEAD_NANOS = Duration.ofMillis(100).toNanos();

	private static final long AHEAD_BYTES = 16 * 1024 * 1024;

	private static final int MOST = 2000;

	private static final double WEIGHT = 0.1;

	/**
	 * At first claims are small and many, and several instances stand in line for them.
	 */
	private static final double FIRST_WEIGHT = 0.5;

	private static final int FIRST = 10;

	private final int concurrency;

	private final @Nullable Integer fixed;

	// written by all workers without a lock: a lost update costs nothing
	private volatile double averageNanos = AHEAD_NANOS;

	private volatile double averageBytes;

	private volatile int measured;

	private volatile int size;

	Prefetch(int concurrency, @Nullable Integer fixed) {
		this.concurrency = concurrency;
		this.fixed = fixed;
		this.size = (fixed != null) ? fixed : 0;
	}

	int size() {
		return this.size;
	}

	/**
	 * Note what a message has taken.
	 * @param nanos how long it was with its handler
	 * @param bytes how large its payload is
	 */
	void handled(long nanos, int bytes) {
		if (this.fixed != null) {
			return;
		}
		int measured = this.measured;
		double weight = WEIGHT;
		if (measured < FIRST) {
			this.measured = measured + 1;
			weight = FIRST_WEIGHT;
		}
		double averageNanos = this.averageNanos + weight * (nanos - this.averageNanos);
		this.averageNanos = averageNanos;
		double averageBytes = this.averageBytes + weight * (bytes - this.averageBytes);
		this.averageBytes = averageBytes;
		int size = (int) Math.min(MOST, Math.min(this.concurrency * AHEAD_NANOS / Math.max(1, averageNanos),
				AHEAD_BYTES / Math.max(1, averageBytes)));
		if (size != this.size) {
			this.size = size;
		}
	}

}
