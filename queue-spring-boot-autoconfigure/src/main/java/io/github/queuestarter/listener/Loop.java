package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * A named platform thread that does something again and again, survives its failures, and
 * can be woken and stopped at any time.
 */
final class Loop {

	private static final Log logger = LogFactory.getLog(Loop.class);

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition change = this.lock.newCondition();

	private final String name;

	private final Round round;

	private final Thread thread;

	private boolean woken;

	private volatile boolean stopped;

	/**
	 * Create a loop.
	 * @param name name of the thread
	 * @param daemon whether the process may end while the loop goes on
	 * @param round what to do; answers how long to wait before the next round
	 */
	Loop(String name, boolean daemon, Round round) {
		this.name = name;
		this.round = round;
		this.thread = new Thread(this::run, name);
		this.thread.setDaemon(daemon);
	}

	void start() {
		this.thread.start();
	}

	/**
	 * Begin the next round without waiting.
	 */
	void wake() {
		this.lock.lock();
		try {
			this.woken = true;
			this.change.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	boolean isStopped() {
		return this.stopped;
	}

	boolean isAlive() {
		return this.thread.isAlive();
	}

	/**
	 * End after the round in progress, and wait for that.
	 * @return whether it ended in time
	 */
	boolean stop(Duration patience) {
		this.stopped = true;
		wake();
		try {
			this.thread.join(Math.max(1, patience.toMillis()));
			return !this.thread.isAlive();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	private void run() {
		while (!this.stopped) {
			Duration pause;
			try {
				pause = this.round.run();
			}
			catch (InterruptedException ex) {
				// nobody but stop() ends this thread
				continue;
			}
			catch (Throwable ex) {
				logger.error("A round of '" + this.name + "' failed; it goes on", ex);
				pause = Duration.ofSeconds(1);
			}
			await(pause);
		}
	}

	private void await(Duration pause) {
		this.lock.lock();
		try {
			long left = pause.toNanos();
			while (!this.woken && !this.stopped && left > 0) {
				left = this.change.awaitNanos(left);
			}
			this.woken = false;
		}
		catch (InterruptedException ex) {
			// nobody but stop() ends this thread
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * What a loop does.
	 */
	@FunctionalInterface
	interface Round {

		/**
		 * Do it once.
		 * @return how long to wait before the next round
		 */
		Duration run() throws InterruptedException;

	}

}
