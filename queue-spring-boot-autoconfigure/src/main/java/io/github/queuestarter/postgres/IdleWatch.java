package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;

import io.github.queuestarter.store.Sink;
import io.github.queuestarter.store.Subscription;

/**
 * Looks once per poll interval for all listeners of this instance that have been idle for
 * a while, in one statement, and wakes those for which there may be something.
 */
final class IdleWatch implements Runnable {

	/**
	 * After so many poll intervals a listener that was not woken sees whether there are
	 * looks at all.
	 */
	private static final int LONGEST_TRUST = 10;

	/**
	 * A look that takes longer hangs.
	 */
	private static final Duration LONGEST_LOOK = Duration.ofSeconds(2);

	private static final Duration NOBODY_IDLE = Duration.ofMinutes(1);

	private final Database database;

	private final Duration pollInterval;

	private final List<Sleeper> sleepers = new CopyOnWriteArrayList<>();

	private final Pause pause = new Pause();

	private final StoreThread thread = new StoreThread("queue-postgres-idle", this, this.pause);

	private volatile long lastLook = System.nanoTime();

	IdleWatch(Database database, Duration pollInterval) {
		this.database = database;
		this.pollInterval = pollInterval;
	}

	/**
	 * Wait until there may be messages.
	 * @param longest the listener has something else to do after this time
	 * @param pause what the listener is woken by
	 * @return whether it was woken
	 */
	boolean await(Subscription subscription, Sink sink, Duration longest, Pause pause) throws InterruptedException {
		Sleeper sleeper = new Sleeper(subscription, sink, pause);
		boolean isFirst = add(sleeper);
		try {
			this.thread.start();
			if (isFirst) {
				this.pause.wake();
			}
			return sleep(longest, pause);
		}
		finally {
			this.sleepers.remove(sleeper);
		}
	}

	/**
	 * One after the other: of several that come at once, one has to find nobody there.
	 * @return whether nobody was there
	 */
	private synchronized boolean add(Sleeper sleeper) {
		boolean isFirst = this.sleepers.isEmpty();
		this.sleepers.add(sleeper);
		return isFirst;
	}

	private boolean sleep(Duration longest, Pause pause) throws InterruptedException {
		Duration trust = this.pollInterval.multipliedBy(LONGEST_TRUST);
		long end = System.nanoTime() + longest.toNanos();
		while (true) {
			long left = end - System.nanoTime();
			if (left <= 0) {
				return false;
			}
			if (pause.await((left < trust.toNanos()) ? Duration.ofNanos(left) : trust)) {
				return true;
			}
			if (!looksComeInTime()) {
				// One that hangs is of no use, and the listener must not look dead
				return false;
			}
		}
	}

	private boolean looksComeInTime() {
		return System.nanoTime() - this.lastLook < this.pollInterval.plus(LONGEST_LOOK).toNanos();
	}

	void close() {
		this.thread.close();
	}

	@Override
	public void run() {
		try {
			while (!this.thread.isClosed()) {
				this.pause.await(this.sleepers.isEmpty() ? NOBODY_IDLE : nextLook());
				List<Sleeper> asleep = List.copyOf(this.sleepers);
				if (!asleep.isEmpty() && !this.thread.isClosed()) {
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
		this.lastLook = System.nanoTime();
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
