package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Lets a message that may have killed its consumers run while this application instance
 * handles nothing else, so that a crash tells who was guilty.
 */
final class Isolation {

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	// fair, or a steady stream of others would keep the one that runs alone waiting
	private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);

	void runWithOthers(Runnable action) {
		this.lock.readLock().lock();
		try {
			action.run();
		}
		finally {
			this.lock.readLock().unlock();
		}
	}

	/**
	 * Run an action while nothing else runs.
	 * @return whether it was run; false if others did not finish within a short while
	 */
	boolean runAlone(Runnable action) throws InterruptedException {
		if (!this.lock.writeLock().tryLock(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
			return false;
		}
		try {
			action.run();
			return true;
		}
		finally {
			this.lock.writeLock().unlock();
		}
	}

}
