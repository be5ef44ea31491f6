package io.github.queuestarter.postgres;

import java.time.Duration;

/**
 * When to compare what the store says that is held with what the instance knows: at
 * start, at once after a claim whose answer may be lost, and once per interval as long as
 * claims bring messages. Without claims that bring anything there is ever less to find,
 * and never nothing: a claim that was given up may still commit.
 */
final class Reconciling {

	private static final int LONGEST = 16;

	private final long interval;

	private long last = System.nanoTime();

	private long wait;

	private long intervals = LONGEST;

	Reconciling(Duration interval) {
		this.interval = interval.toNanos();
	}

	synchronized boolean isDue() {
		return System.nanoTime() - this.last >= this.wait;
	}

	/**
	 * How long until it is due.
	 */
	synchronized Duration left() {
		return Duration.ofNanos(Math.max(0, this.wait - (System.nanoTime() - this.last)));
	}

	synchronized void done() {
		this.last = System.nanoTime();
		this.wait = this.interval * this.intervals;
		this.intervals = Math.min(this.intervals * 2, LONGEST);
	}

	synchronized void messagesCame() {
		this.intervals = 1;
		this.wait = Math.min(this.wait, this.interval);
	}

	synchronized void claimFailed() {
		this.intervals = 1;
		this.wait = 0;
	}

}
