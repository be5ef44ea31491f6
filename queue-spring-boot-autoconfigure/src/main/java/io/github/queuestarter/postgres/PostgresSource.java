package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.Sink;
import io.github.queuestarter.store.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Receives the messages of one group. Its own thread claims new messages when the sink
 * has room, with growing patience while there are none, and in the end leaves the looking
 * to {@link IdleWatch}; due ones come from {@link DueRounds}.
 */
final class PostgresSource implements MessageSource, Runnable {

	private static final Duration LONGEST_WAIT_FOR_ROOM = Duration.ofSeconds(1);

	private static final Duration WITHOUT_CONSUMER = Duration.ofMillis(100);

	private static final Duration AFTER_ERROR = Duration.ofSeconds(1);

	private static final int LONGEST_BUSY_WAIT = 50;

	private final Subscription subscription;

	private final Sink sink;

	private final SourceParts parts;

	private final Patience patience;

	private final Reconciling reconciling;

	private final BusyCursors.Watch busyCursor;

	private final DueSource due;

	private final Pause pause = new Pause();

	private final Object gate = new Object();

	private volatile boolean running;

	private boolean waitsForRoom;

	private int busy;

	private boolean groupMade;

	private boolean groupWasMade;

	private @Nullable Thread thread;

	PostgresSource(Subscription subscription, Sink sink, SourceParts parts, PostgresStore.Settings settings) {
		this.subscription = subscription;
		this.sink = sink;
		this.parts = parts;
		this.patience = new Patience(settings.pollInterval());
		this.reconciling = new Reconciling(settings.reconcileInterval());
		this.busyCursor = parts.busyCursors().watch(subscription);
		this.due = new DueSource(subscription, sink, settings.reconcileInterval());
	}

	@Override
	public void start() {
		synchronized (this.gate) {
			if (this.running) {
				return;
			}
			this.running = true;
			this.thread = new Thread(this,
					"queue-postgres-" + this.subscription.queue() + "/" + this.subscription.group());
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
			// Only there: an interrupt in the midst of a claim would lose its answer
			if (stopping != null && this.waitsForRoom) {
				stopping.interrupt();
			}
		}
		this.parts.wakeups().remove(this.subscription.queue(), this.pause);
		this.pause.wake();
		this.parts.dueRounds().remove(this.due);
		if (stopping != null) {
			join(stopping);
			this.busyCursor.free();
		}
	}

	@Override
	public void run() {
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

	private void prepare() {
		if (!this.groupMade) {
			if (this.groupWasMade) {
				this.parts.groups().makeAgain(this.subscription);
			}
			else {
				this.parts.groups().make(this.subscription);
			}
			this.groupMade = true;
			this.groupWasMade = true;
		}
		if (this.reconciling.isDue()) {
			this.parts.holdings().reconcileNew(this.subscription, this.sink);
			this.reconciling.done();
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

	private void poll(int room) throws InterruptedException {
		Claims.Answer answer = this.parts.claims().claim(this.subscription, this.sink.consumer(), room);
		if (answer.outcome() == Claims.Outcome.MESSAGES) {
			this.reconciling.messagesCame();
			this.sink.acceptNew(answer.messages());
		}
		this.sink.pollSucceeded();
		noteBusy(answer.outcome() == Claims.Outcome.BUSY);
		switch (answer.outcome()) {
			case MESSAGES -> this.patience.reset();
			case EMPTY, PAUSED -> awaitMessages();
			// Another instance is at it; what it leaves is to be had soon
			case BUSY -> awaitTurn();
			case FENCED -> this.pause.await(WITHOUT_CONSUMER);
			case LOST -> this.groupMade = false;
		}
	}

	private void noteBusy(boolean isBusy) {
		this.busy = isBusy ? this.busy + 1 : 0;
		if (isBusy) {
			this.busyCursor.busy();
		}
		else {
			this.busyCursor.free();
		}
	}

	private void awaitTurn() throws InterruptedException {
		// Longer only where someone is stuck in a claim
		int longest = Math.min(4 + this.busy / 20, LONGEST_BUSY_WAIT);
		this.pause.await(Duration.ofMillis(1 + ThreadLocalRandom.current().nextInt(longest)));
	}

	private void awaitMessages() throws InterruptedException {
		boolean woken = this.patience.isAtItsCeiling()
				? this.parts.idleWatch().await(this.subscription, this.sink, this.reconciling.left(), this.pause)
				: this.pause.await(this.patience.next());
		if (woken) {
			this.patience.reset();
		}
	}

	private void recover(Throwable failure) {
		this.reconciling.claimFailed();
		Duration wait = AFTER_ERROR;
		try {
			wait = this.sink.pollFailed(failure);
			if (this.parts.recovery().recover(failure)) {
				this.groupMade = false;
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
