package io.github.queuestarter.servers;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Polls for a condition of the world outside this JVM, which nothing announces.
 */
final class Await {

	private static final Duration INTERVAL = Duration.ofMillis(5);

	private Await() {
	}

	/**
	 * Return as soon as the condition holds, or when the time is up or the thread is
	 * interrupted.
	 * @return whether the condition holds
	 */
	static boolean until(Duration timeout, BooleanSupplier condition) {
		long start = System.nanoTime();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - start > timeout.toNanos() || Thread.currentThread().isInterrupted()) {
				return false;
			}
			LockSupport.parkNanos(INTERVAL.toNanos());
		}
		return true;
	}

}
