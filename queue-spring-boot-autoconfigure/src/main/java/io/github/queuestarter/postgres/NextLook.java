package io.github.queuestarter.postgres;

import java.util.concurrent.TimeUnit;

/**
 * When to look next, by the monotonic clock: at the earliest of the times that were asked
 * for since the last look. At once at first.
 */
final class NextLook {

	private static final long FAR = TimeUnit.DAYS.toMillis(1);

	private long at = System.nanoTime();

	/**
	 * Ask for a look.
	 * @return whether it is now planned for sooner than before
	 */
	synchronized boolean within(long millis) {
		long asked = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.min(millis, FAR));
		if (asked - this.at >= 0) {
			return false;
		}
		this.at = asked;
		return true;
	}

	/**
	 * Note that a look begins. What is asked for from now on is for the next one.
	 * @param longest when that one comes at the latest
	 */
	synchronized void begin(long longest) {
		this.at = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(longest);
	}

	/**
	 * Nanoseconds until the look; none if it is due.
	 */
	synchronized long left() {
		return Math.max(0, this.at - System.nanoTime());
	}

	boolean isDue() {
		return left() == 0;
	}

}
