package io.github.queuestarter.postgres;

import java.time.Duration;

import io.github.queuestarter.Position;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.RetentionSettings;
import io.github.queuestarter.store.Sink;
import io.github.queuestarter.store.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Reads all messages of a queue for this instance alone. The cursor is in memory: nothing
 * of it is left when the instance is gone, and an instance that was away for a while goes
 * on where it was, with what is still there.
 */
final class EphemeralSource implements MessageSource, Runnable {

	private static final Duration LONGEST_WAIT_FOR_ROOM = Duration.ofSeconds(1);

	private static final Duration MARK_INTERVAL = Duration.ofMinutes(1);

	private static final Duration AFTER_ERROR = Duration.ofSeconds(1);

	/**
	 * A sink that is closed does not wait.
	 */
	private static final Duration CLOSED = Duration.ofMillis(100);

	private final Subscription subscription;

	private final Sink sink;

	private final SourceParts parts;

	private final QueueObserver observer;

	private final Patience patience;

	private final Interval mark = new Interval(MARK_INTERVAL);

	/**
	 * Lets scheduled messages come into the log also where nobody reads as a group.
	 */
	private final DueSource due;

	private final Pause pause = new Pause();

	private final Object gate = new Object();

	private volatile boolean running;

	private boolean waitsForRoom;

	private Reads.@Nullable Cursor cursor;

	/**
	 * Whether it has been at the end since it last told that it is behind.
	 */
	private boolean caughtUp;

	private @Nullable Thread thread;

	EphemeralSource(Subscription subscription, Sink sink, SourceParts parts, PostgresStore.Settings settings,
			QueueObserver observer) {
		this.subscription = subscription;
		this.sink = sink;
		this.parts = parts;
		this.observer = observer;
		this.patience = new Patience(settings.pollInterval());
		this.due = new DueSource(subscription, sink, settings.reconcileInterval());
	}

	@Override
	public void start() {
		synchronized (this.gate) {
			if (this.running) {
				return;
			}
			this.running = true;
			this.cursor = null;
			this.thread = new Thread(this, "queue-postgres-" + this.subscription.queue() + "/ephemeral");
			this.thread.setDaemon(true);
			this.thread.start();
		}
		this.parts.wakeups().add(this.subscription.queue(), this.pause);
		this.parts.dueRounds().add(this.due);
		this.parts.startReader().run();
	}

	@Override
	public void stop() {
		Thread stopping;
		synchronized (this.gate) {
			this.running = false;
			stopping = this.thread;
			this.thread = null;
			if (stopping != null && this.waitsForRoom) {
				stopping.interrupt();
			}
		}
		this.parts.wakeups().remove(this.subscription.queue(), this.pause);
		this.pause.wake();
		this.parts.dueRounds().remove(this.due);
		if (stopping != null) {
			join(stopping);
		}
	}

	@Override
	public void run() {
		while (this.running) {
			try {
				Reads.Cursor at = begin();
				int room = awaitRoom();
				if (room > 0) {
					read(at, room);
				}
			}
			catch (InterruptedException ex) {
				// Only stop() interrupts, and the loop asks whether it was that
			}
			catch (Throwable ex) {
				// An Error as well: a listener must not die silently
				recover(ex);
			}
		}
	}

	private Reads.Cursor begin() {
		Reads.Cursor at = this.cursor;
		if (at == null) {
			Position from = this.subscription.startFrom();
			boolean kept = this.parts.reads().isKept(this.subscription.queue(), from);
			at = startAt(kept ? from : Position.earliest());
			if (!kept) {
				warn("was to start at message '" + from
						+ "', which is not kept any more. It starts with the oldest one.");
			}
		}
		else if (this.mark.isOver()) {
			this.mark.begin();
			this.parts.reads().mark(this.subscription.queue());
		}
		return at;
	}

	private Reads.Cursor startAt(Position position) {
		Reads.Cursor at = this.parts.reads().start(this.subscription.queue(), position);
		this.cursor = at;
		this.mark.begin();
		return at;
	}

	private void read(Reads.Cursor at, int room) throws InterruptedException {
		Reads.Answer answer = this.parts.reads().read(this.subscription, this.sink.consumer(), at, room);
		if (answer.next() == null) {
			startAt(Position.latest());
			warn("goes on with what is sent from now on, since its tables were copied from another database.");
			return;
		}
		this.cursor = answer.next();
		this.sink.pollSucceeded();
		if (answer.messages().isEmpty()) {
			this.caughtUp = true;
			if (this.pause.await(this.patience.next())) {
				this.patience.reset();
			}
		}
		else {
			this.sink.acceptNew(answer.messages());
			this.patience.reset();
			tellIfBehind(answer.behind());
		}
	}

	private void tellIfBehind(Duration behind) {
		if (this.caughtUp && behind.compareTo(RetentionSettings.FOR_READERS) > 0) {
			this.caughtUp = false;
			warn("is " + behind.toSeconds()
					+ " s behind. It may miss messages: what all groups have finished is kept for"
					+ " a minute, or for 'retention.keep-done' if that is longer.");
		}
	}

	private int awaitRoom() throws InterruptedException {
		synchronized (this.gate) {
			if (!this.running) {
				return 0;
			}
			this.waitsForRoom = true;
		}
		long began = System.nanoTime();
		int room = 0;
		try {
			room = this.sink.awaitRoom(LONGEST_WAIT_FOR_ROOM);
		}
		finally {
			synchronized (this.gate) {
				this.waitsForRoom = false;
				// What stop() may have left behind must not reach the next statement
				Thread.interrupted();
			}
		}
		if (room == 0 && System.nanoTime() - began < CLOSED.toNanos()) {
			this.pause.await(CLOSED);
		}
		return this.running ? room : 0;
	}

	private void recover(Throwable failure) {
		Duration wait = AFTER_ERROR;
		try {
			wait = this.sink.pollFailed(failure);
			this.parts.recovery().recover(failure);
		}
		catch (Throwable ex) {
			// Told of the next time
			failure.addSuppressed(ex);
		}
		try {
			long end = System.nanoTime() + wait.toNanos();
			for (long left = wait.toNanos(); this.running && left > 0; left = end - System.nanoTime()) {
				this.pause.await(Duration.ofNanos(left));
			}
		}
		catch (InterruptedException ex) {
			// Only stop() interrupts, and the loop asks whether it was that
		}
	}

	private void warn(String text) {
		this.observer.on(new QueueEvent.Warning(PostgresStore.BACKEND,
				"The ephemeral listener of queue '" + this.subscription.queue() + "' " + text));
	}

	private static void join(Thread thread) {
		boolean interrupted = false;
		while (true) {
			try {
				thread.join();
				break;
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

}
