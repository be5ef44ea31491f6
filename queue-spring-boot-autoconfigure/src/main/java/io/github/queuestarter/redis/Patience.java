package io.github.queuestarter.redis;

import java.time.Duration;

import io.github.queuestarter.QueueStoreException;

/**
 * Waits between tries, a little longer each time, until the time is up.
 */
final class Patience {

	private static final Duration FIRST_WAIT = Duration.ofMillis(10);

	private static final Duration LONGEST_WAIT = Duration.ofMillis(200);

	private final long end;

	private final Alarm alarm = new Alarm();

	private Duration wait = FIRST_WAIT;

	Patience(Duration time) {
		this.end = System.nanoTime() + time.toNanos();
	}

	/**
	 * Wait before the next try.
	 * @throws QueueStoreException what the last one failed with, if the time is up
	 */
	void waitAfter(QueueStoreException failure) {
		if (System.nanoTime() + this.wait.toNanos() - this.end > 0) {
			throw failure;
		}
		try {
			this.alarm.await(this.wait);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw failure;
		}
		Duration longer = this.wait.multipliedBy(2);
		this.wait = (longer.compareTo(LONGEST_WAIT) < 0) ? longer : LONGEST_WAIT;
	}

}
