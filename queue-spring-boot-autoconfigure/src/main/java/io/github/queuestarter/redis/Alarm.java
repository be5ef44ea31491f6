package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Something that one thread waits on and any other can cut short.
 */
final class Alarm {

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private boolean set;

	private long ringsAt;

	/**
	 * Let the present wait, or the next one, end after this long at the latest.
	 */
	void ring(Duration in) {
		long at = System.nanoTime() + in.toNanos();
		this.lock.lock();
		try {
			if (!this.set || at - this.ringsAt < 0) {
				this.set = true;
				this.ringsAt = at;
				this.changed.signalAll();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Wait until the alarm rings or the time has passed.
	 */
	void await(Duration atMost) throws InterruptedException {
		long until = System.nanoTime() + atMost.toNanos();
		this.lock.lockInterruptibly();
		try {
			while (true) {
				long now = System.nanoTime();
				if (this.set && this.ringsAt - now <= 0) {
					this.set = false;
					return;
				}
				long end = (this.set && this.ringsAt - until < 0) ? this.ringsAt : until;
				if (end - now <= 0) {
					return;
				}
				this.changed.await(end - now, TimeUnit.NANOSECONDS);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

}
