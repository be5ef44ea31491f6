package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import io.github.queuestarter.store.Sink;
import io.github.queuestarter.store.Subscription;

/**
 * Receives the messages of one group. Claims new messages with growing patience while
 * there are none, and in the end leaves the looking to {@link IdleWatch}.
 */
final class PostgresSource extends PollingSource {

	private static final int LONGEST_BUSY_WAIT = 50;

	private final Reconciling reconciling;

	private final BusyCursors.Watch busyCursor;

	private int busy;

	private boolean groupMade;

	private boolean groupWasMade;

	PostgresSource(Subscription subscription, Sink sink, SourceParts parts, PostgresStore.Settings settings) {
		super(subscription, subscription.group(), sink, parts, settings);
		this.reconciling = new Reconciling(settings.reconcileInterval());
		this.busyCursor = parts.busyCursors().watch(subscription);
	}

	@Override
	void prepare() {
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

	@Override
	void poll(int room) throws InterruptedException {
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

	@Override
	void failed() {
		this.reconciling.claimFailed();
	}

	@Override
	void recovered() {
		this.groupMade = false;
	}

	@Override
	void ended() {
		this.busyCursor.free();
	}

}
