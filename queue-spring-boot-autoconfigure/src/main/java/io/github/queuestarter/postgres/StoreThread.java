package io.github.queuestarter.postgres;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * A thread of the store, which begins when it is first needed and ends with the store.
 */
final class StoreThread {

	/**
	 * A database that does not answer must not keep the application from ending.
	 */
	private static final Duration LONGEST_CLOSE = Duration.ofSeconds(2);

	private final String name;

	private final Runnable work;

	private final Pause pause;

	private volatile boolean closed;

	private @Nullable Thread thread;

	/**
	 * Create; does not begin.
	 * @param work ends soon after {@link #isClosed()}
	 * @param pause what it waits on
	 */
	StoreThread(String name, Runnable work, Pause pause) {
		this.name = name;
		this.work = work;
		this.pause = pause;
	}

	/**
	 * Begin, unless it has begun or is closed.
	 */
	synchronized void start() {
		if (this.thread == null && !this.closed) {
			this.thread = new Thread(this.work, this.name);
			this.thread.setDaemon(true);
			this.thread.start();
		}
	}

	boolean isClosed() {
		return this.closed;
	}

	/**
	 * End, and wait a moment for that.
	 */
	void close() {
		Thread closing;
		synchronized (this) {
			this.closed = true;
			closing = this.thread;
		}
		this.pause.wake();
		if (closing != null) {
			try {
				closing.join(LONGEST_CLOSE.toMillis());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

}
