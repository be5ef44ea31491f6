package io.github.queuestarter.postgres;

import java.time.Duration;

import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.Sink;
import io.github.queuestarter.store.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Polls on a thread of its own whenever the sink has room, until it is stopped and
 * whatever goes wrong. Due messages come from {@link DueRounds}.
 */
abstract class PollingSource implements MessageSource, Runnable {

	private static final Duration LONGEST_WAIT_FOR_ROOM = Duration.ofSeconds(1);

	private static final Duration AFTER_ERROR = Duration.ofSeconds(1);

	/**
	 * How long to wait where the sink does not: it is closed, or has no consumer.
	 */
	static final Duration WITHOUT_CONSUMER = Duration.ofMillis(100);

	final Subscription subscription;

	final Sink sink;

	final SourceParts parts;

	final Patience patience;

	final Pause pause = new Pause();

	private final String name;

	private final DueSource due;

	private final Object gate = new Object();

	private volatile boolean running;

	private boolean waitsForRoom;

	private @Nullable Thread thread;

	/**
	 * Create.
	 * @param reader what the thread is called after, beside the queue
	 */
	PollingSource(Subscription subscription, String reader, Sink sink, SourceParts parts,
			PostgresStore.Settings settings) {
		this.subscription = subscription;
		this.name = "queue-postgres-" + subscription.queue() + "/" + reader;
		this.sink = sink;
		this.parts = parts;
		this.patience = new Patience(settings.pollInterval());
		this.due = new DueSource(subscription, sink, settings.reconcileInterval());
	}

	/**
	 * Get ready before each poll; nobody is interrupted in it.
	 */
	abstract void prepare();

	/**
	 * Poll, and wait for the next time. An interrupt may only come where it waits.
	 */
	abstract void poll(int room) throws InterruptedException;

	/**
	 * A poll has failed.
	 */
	abstract void failed();

	/**
	 * What a poll needs was missing, and is there again.
	 */
	abstract void recovered();

	/**
	 * The thread has ended.
	 */
	abstract void ended();

	@Override
	public final void start() {
		synchronized (this.gate) {
			if (this.running) {
				return;
			}
			this.running = true;
			this.thread = new Thread(this, this.name);
			this.thread.setDaemon(true);
			this.thread.start();
		}
		this.parts.wakeups().add(this.subscription.queue(), this.pause);
		this.parts.dueRounds().add(this.due);
		this.parts.startReader().run();
	}

	@Override
	public final void stop() {
		Thread stopping;
		synchronized (this.gate) {
			this.running = false;
			stopping = this.thread;
			this.thread = null;
			// Only there: an interrupt in the midst of a poll would lose its answer
			if (stopping != null && this.waitsForRoom) {
				stopping.interrupt();
			}
		}
		this.parts.wakeups().remove(this.subscription.queue(), this.pause);
		this.pause.wake();
		this.parts.dueRounds().remove(this.due);
		if (stopping != null) {
			join(stopping);
			ended();
		}
	}

	@Override
	public final void run() {
		while (this.running) {
			try {
				prepare();
				int room = awaitRoom();
				if (room > 0) {
					poll(room);
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
		if (room == 0 && System.nanoTime() - began < WITHOUT_CONSUMER.toNanos()) {
			this.pause.await(WITHOUT_CONSUMER);
		}
		return this.running ? room : 0;
	}

	private void recover(Throwable failure) {
		failed();
		Duration wait = AFTER_ERROR;
		try {
			wait = this.sink.pollFailed(failure);
			if (this.parts.recovery().recover(failure)) {
				recovered();
			}
		}
		catch (Throwable ex) {
			// Told of the next time
			failure.addSuppressed(ex);
		}
		try {
			awaitUnlessStopped(wait);
		}
		catch (InterruptedException ex) {
			// Only stop() interrupts, and the loop asks whether it was that
		}
	}

	private void awaitUnlessStopped(Duration wait) throws InterruptedException {
		long end = System.nanoTime() + wait.toNanos();
		for (long left = wait.toNanos(); this.running && left > 0; left = end - System.nanoTime()) {
			this.pause.await(Duration.ofNanos(left));
		}
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
