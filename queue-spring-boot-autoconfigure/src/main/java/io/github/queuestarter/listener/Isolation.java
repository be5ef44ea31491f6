package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Lets a message that may have killed its consumers run while this application instance
 * handles nothing else, so that a crash tells who was guilty.
 */
final class Isolation {

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	/**
	 * How long nobody is kept waiting after that was in vain.
	 */
	private static final Duration PAUSE = Duration.ofSeconds(20);

	private final AtomicLong mayWaitFrom = new AtomicLong(System.nanoTime());

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
	 * Run an action while nothing else runs. Keeps others from starting while it waits
	 * for that, but only now and then: behind a handler that runs long all would stand
	 * still.
	 * @return whether it was run; false if others did not finish within a short while
	 */
	boolean runAlone(Runnable action) throws InterruptedException {
		if (!this.lock.writeLock().tryLock() && !awaitTurn()) {
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

	private boolean awaitTurn() throws InterruptedException {
		long now = System.nanoTime();
		long from = this.mayWaitFrom.get();
		if (now - from < 0 || !this.mayWaitFrom.compareAndSet(from, now + PAUSE.toNanos())) {
			return false;
		}
		boolean turn = this.lock.writeLock().tryLock(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
		if (turn) {
			this.mayWaitFrom.set(now);
		}
		return turn;
	}

}
