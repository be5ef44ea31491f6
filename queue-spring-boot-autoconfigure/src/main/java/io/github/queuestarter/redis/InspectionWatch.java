package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.github.queuestarter.QueueStoreException;
import org.jspecify.annotations.Nullable;

/**
 * Has the server inspected once, as soon as it can be reached, on a thread of its own.
 */
final class InspectionWatch {

	private static final Duration FIRST_WAIT = Duration.ofSeconds(1);

	private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

	private final Supplier<Inspection> inspect;

	private final Consumer<Inspection> report;

	private final Alarm alarm = new Alarm();

	private volatile boolean closed;

	private @Nullable Thread thread;

	InspectionWatch(Supplier<Inspection> inspect, Consumer<Inspection> report) {
		this.inspect = inspect;
		this.report = report;
	}

	synchronized void start() {
		if (this.thread == null && !this.closed) {
			this.thread = new Thread(this::run, "queue-redis-inspection");
			this.thread.setDaemon(true);
			this.thread.start();
		}
	}

	/**
	 * End the thread, and wait a moment for it. One that still waits for the server will
	 * report nothing.
	 */
	synchronized void close() {
		this.closed = true;
		this.alarm.ring(Duration.ZERO);
		Thread running = this.thread;
		if (running != null && running != Thread.currentThread()) {
			try {
				running.join(Duration.ofSeconds(1).toMillis());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	// That the server is away is told by who needs it
	private void run() {
		Duration wait = FIRST_WAIT;
		while (!this.closed) {
			try {
				Inspection inspection = this.inspect.get();
				if (!this.closed) {
					this.report.accept(inspection);
				}
				return;
			}
			catch (QueueStoreException ex) {
				pause(wait);
				wait = wait.multipliedBy(2);
				wait = (wait.compareTo(LONGEST_WAIT) > 0) ? LONGEST_WAIT : wait;
			}
		}
	}

	private void pause(Duration wait) {
		try {
			this.alarm.await(wait);
		}
		catch (InterruptedException ex) {
			// Nothing but close() ends this thread
		}
	}

}
