package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;

import io.github.queuestarter.store.Sink;
import io.github.queuestarter.store.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Looks once per poll interval for all listeners of this instance that have been idle for
 * a while, in one statement, and wakes those for which there may be something.
 */
final class IdleWatch implements Runnable {

	/**
	 * A listener that is not woken claims all the same after so many poll intervals.
	 */
	private static final int LONGEST_SLEEP = 10;

	private static final Duration NOBODY_IDLE = Duration.ofMinutes(1);

	/**
	 * A database that does not answer must not keep the application from ending.
	 */
	private static final Duration LONGEST_CLOSE = Duration.ofSeconds(2);

	private final Database database;

	private final Duration pollInterval;

	private final List<Sleeper> sleepers = new CopyOnWriteArrayList<>();

	private final Pause pause = new Pause();

	private final Object starting = new Object();

	private volatile boolean closed;

	private @Nullable Thread thread;

	IdleWatch(Database database, Duration pollInterval) {
		this.database = database;
		this.pollInterval = pollInterval;
	}

	/**
	 * Wait until there may be messages.
	 * @param pause what the listener is woken by
	 * @return whether it was woken
	 */
	boolean await(Subscription subscription, Sink sink, Pause pause) throws InterruptedException {
		Sleeper sleeper = new Sleeper(subscription, sink, pause);
		this.sleepers.add(sleeper);
		try {
			start();
			if (this.sleepers.size() == 1) {
				this.pause.wake();
			}
			return pause.await(this.pollInterval.multipliedBy(LONGEST_SLEEP));
		}
		finally {
			this.sleepers.remove(sleeper);
		}
	}

	private void start() {
		synchronized (this.starting) {
			if (this.thread == null && !this.closed) {
				this.thread = new Thread(this, "queue-postgres-idle");
				this.thread.setDaemon(true);
				this.thread.start();
			}
		}
	}

	void close() {
		Thread closing;
		synchronized (this.starting) {
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

	@Override
	public void run() {
		try {
			while (!this.closed) {
				this.pause.await(this.sleepers.isEmpty() ? NOBODY_IDLE : nextLook());
				List<Sleeper> asleep = List.copyOf(this.sleepers);
				if (!asleep.isEmpty() && !this.closed) {
					look(asleep);
				}
			}
		}
		catch (InterruptedException ex) {
			// nobody interrupts this thread but who wants it to end
		}
	}

	private Duration nextLook() {
		long millis = Math.max(1, this.pollInterval.toMillis());
		return Duration.ofMillis(millis - ThreadLocalRandom.current().nextLong(millis / 10 + 1));
	}

	private void look(List<Sleeper> asleep) {
		Set<Integer> wanted;
		try {
			wanted = this.database.query("look for messages", "news", (statement) -> {
				ArrayParameters.texts(statement, 1, asleep.stream().map((s) -> s.subscription().queue()).toList());
				ArrayParameters.texts(statement, 2, asleep.stream().map((s) -> s.subscription().group()).toList());
			}, (rows) -> {
				Set<Integer> positions = new HashSet<>();
				while (rows.next()) {
					positions.add(rows.getInt(1));
				}
				return positions;
			});
		}
		catch (Throwable ex) {
			// Each finds out for itself, tells of it and has its own patience
			asleep.forEach((sleeper) -> sleeper.pause().wake());
			return;
		}
		for (int i = 0; i < asleep.size(); i++) {
			Sleeper sleeper = asleep.get(i);
			if (wanted.contains(i + 1)) {
				sleeper.pause().wake();
			}
			else {
				sleeper.sink().pollSucceeded();
			}
		}
	}

	/**
	 * A listener that waits.
	 */
	private record Sleeper(Subscription subscription, Sink sink, Pause pause) {
	}

}
