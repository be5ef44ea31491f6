package io.github.queuestarter.postgres;

import java.sql.ResultSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Sends signals to other instances, on a thread and connection of its own: a notification
 * inside a caller's transaction would take a lock at its commit that lets all writers of
 * the database queue up. The first signal goes out at once. What comes while it is on its
 * way, and for a moment after it, goes out together, the same signal once. A signal that
 * can't be sent is dropped, as the others poll all the same.
 */
final class Notifier implements Runnable, AutoCloseable {

	private static final Runnable NOTHING = () -> {
	};

	private static final long SHORTEST_GAP = 1;

	private static final long LONGEST_GAP = 50;

	private static final long LONGEST_BACK_OFF = 5000;

	private static final long LAST_WORDS = 2000;

	private final Database database;

	private final Map<String, Runnable> pending = new LinkedHashMap<>();

	private boolean closed;

	private @Nullable Thread thread;

	Notifier(Database database) {
		this.database = database;
	}

	void send(Signal signal) {
		send(signal, NOTHING);
	}

	/**
	 * Send a signal; never waits for the database.
	 * @param sent run once it is sent
	 */
	synchronized void send(Signal signal, Runnable sent) {
		if (this.closed || this.pending.put(signal.payload(), sent) != null) {
			return;
		}
		if (this.thread == null) {
			this.thread = new Thread(this, "queue-postgres-notify");
			this.thread.setDaemon(true);
			this.thread.start();
		}
		notifyAll();
	}

	@Override
	public void run() {
		try {
			long gap = SHORTEST_GAP;
			for (Map<String, Runnable> signals = take(); !signals.isEmpty(); signals = take()) {
				boolean sent = send(signals);
				boolean more = rest(gap);
				gap = !more ? SHORTEST_GAP : Math.min(gap * 2, sent ? LONGEST_GAP : LONGEST_BACK_OFF);
			}
		}
		catch (InterruptedException ex) {
			// Only a container that ends all threads interrupts
		}
	}

	/**
	 * Wait for signals.
	 * @return the signals; none once closed
	 */
	private synchronized Map<String, Runnable> take() throws InterruptedException {
		while (this.pending.isEmpty() && !this.closed) {
			wait();
		}
		Map<String, Runnable> taken = new LinkedHashMap<>(this.pending);
		this.pending.clear();
		return taken;
	}

	/**
	 * Wait before the next statement.
	 * @return whether there are signals to send by then
	 */
	private synchronized boolean rest(long millis) throws InterruptedException {
		long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
		for (long left = millis; left > 0
				&& !this.closed; left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())) {
			wait(left);
		}
		return !this.pending.isEmpty();
	}

	private boolean send(Map<String, Runnable> signals) {
		try {
			this.database.query("wake other instances", "announce",
					(statement) -> ArrayParameters.texts(statement, 1, signals.keySet()), ResultSet::next);
			signals.values().forEach(Runnable::run);
			return true;
		}
		catch (Throwable ex) {
			// An Error as well: the next signal may get through
			return false;
		}
	}

	/**
	 * Send what is left, if that does not take long.
	 */
	@Override
	public void close() {
		Thread closing;
		synchronized (this) {
			this.closed = true;
			closing = this.thread;
			notifyAll();
		}
		if (closing != null) {
			try {
				closing.join(LAST_WORDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

}
