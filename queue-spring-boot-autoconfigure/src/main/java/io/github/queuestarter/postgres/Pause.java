package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A wait that can be cut short. A wake-up that comes while nobody waits cuts the next
 * wait.
 */
final class Pause {

	private final Semaphore wakeUps = new Semaphore(0);

	/**
	 * Wait.
	 * @return whether the wait was cut short
	 */
	boolean await(Duration patience) throws InterruptedException {
		boolean woken = this.wakeUps.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
		this.wakeUps.drainPermits();
		return woken;
	}

	void wake() {
		if (this.wakeUps.availablePermits() == 0) {
			this.wakeUps.release();
		}
	}

}
