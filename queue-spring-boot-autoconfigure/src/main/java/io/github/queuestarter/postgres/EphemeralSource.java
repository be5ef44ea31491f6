package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.Objects;

import io.github.queuestarter.Position;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.RetentionSettings;
import io.github.queuestarter.store.Sink;
import io.github.queuestarter.store.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Reads all messages of a queue for this instance alone. The cursor is in memory: nothing
 * of it is left when the instance is gone, and an instance that was away for a while goes
 * on where it was, with what is still there.
 */
final class EphemeralSource extends PollingSource {

	private static final Duration MARK_INTERVAL = Duration.ofMinutes(1);

	private final QueueObserver observer;

	private final Interval mark = new Interval(MARK_INTERVAL);

	private Reads.@Nullable Cursor cursor;

	/**
	 * Whether it has been at the end since it last told that it is behind.
	 */
	private boolean caughtUp;

	EphemeralSource(Subscription subscription, Sink sink, SourceParts parts, PostgresStore.Settings settings,
			QueueObserver observer) {
		super(subscription, Subscription.EPHEMERAL, sink, parts, settings);
		this.observer = observer;
	}

	@Override
	void prepare() {
		if (this.cursor == null) {
			Position from = this.subscription.startFrom();
			boolean kept = this.parts.reads().isKept(this.subscription.queue(), from);
			startAt(kept ? from : Position.earliest());
			if (!kept) {
				warn("was to start at message '" + from
						+ "', which is not kept any more. It starts with the oldest one.");
			}
		}
		else if (this.mark.isOver()) {
			this.mark.begin();
			this.parts.reads().mark(this.subscription.queue());
		}
	}

	private void startAt(Position position) {
		this.cursor = this.parts.reads().start(this.subscription.queue(), position);
		this.mark.begin();
	}

	@Override
	void poll(int room) throws InterruptedException {
		Reads.Cursor at = Objects.requireNonNull(this.cursor);
		Reads.Answer answer = this.parts.reads().read(this.subscription, this.sink.consumer(), at, room);
		if (answer.next() == null) {
			startAt(Position.latest());
			warn("goes on with what is sent from now on, since its tables were copied from another database, or the"
					+ " server has lost what it had committed.");
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

	@Override
	void failed() {
		// The cursor is where it was
	}

	@Override
	void recovered() {
		// Nothing of this source is in the database
	}

	@Override
	void ended() {
		this.cursor = null;
	}

	private void warn(String text) {
		this.observer.on(new QueueEvent.Warning(PostgresStore.BACKEND,
				"The ephemeral listener of queue '" + this.subscription.queue() + "' " + text));
	}

}
