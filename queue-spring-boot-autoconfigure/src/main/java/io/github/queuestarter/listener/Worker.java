package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.Settlement;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Handles the messages of one listener, one at a time.
 */
final class Worker implements Runnable {

	private static final Log logger = LogFactory.getLog(Worker.class);

	/**
	 * How long a message waits that has to run alone and found no moment for it.
	 */
	private static final Duration ALONE_LATER = Duration.ofSeconds(5);

	private final Intake intake;

	private final Lease lease;

	private final SettlementPolicy policy;

	private final Handler handler;

	private final QueueStore store;

	private final ListenerSink sink;

	private final Settler settler;

	private final Isolation isolation;

	private final Prefetch prefetch;

	private final @Nullable Transactional transactional;

	private final @Nullable Dropping dropping;

	private final QueueObserver observer;

	private volatile @Nullable Attempt attempt;

	Worker(Intake intake, Lease lease, SettlementPolicy policy, Handler handler, QueueStore store, ListenerSink sink,
			Settler settler, Isolation isolation, Prefetch prefetch, @Nullable Transactional transactional,
			@Nullable Dropping dropping, QueueObserver observer) {
		this.intake = intake;
		this.lease = lease;
		this.policy = policy;
		this.handler = handler;
		this.store = store;
		this.sink = sink;
		this.settler = settler;
		this.isolation = isolation;
		this.prefetch = prefetch;
		this.transactional = transactional;
		this.dropping = dropping;
		this.observer = observer;
	}

	/**
	 * The attempt that runs now, or {@code null}.
	 */
	@Nullable Attempt attempt() {
		return this.attempt;
	}

	@Override
	public void run() {
		while (true) {
			Held held;
			try {
				held = this.intake.take();
			}
			catch (InterruptedException ex) {
				// meant for an attempt that has ended
				continue;
			}
			if (held == null) {
				return;
			}
			try {
				handle(held.message());
			}
			catch (Throwable ex) {
				logger.error("Message " + held.message().id() + " of queue '" + held.message().queue()
						+ "' could not be handled; it will be delivered again", ex);
				this.sink.forget(held.message());
			}
			finally {
				this.intake.done(held);
			}
		}
	}

	private void handle(ClaimedMessage message) throws InterruptedException {
		if (message.crashedAlone()) {
			settle(message, new HandlerResult.CrashedAlone(), this.settler::add);
		}
		else if (!this.policy.mustRunAlone(message)) {
			this.isolation.runWithOthers(() -> attempt(message, this.settler::add));
		}
		else if (!this.isolation.runAlone(() -> attemptAlone(message))) {
			this.settler.add(new Settlement.Release(message, ALONE_LATER));
		}
	}

	private void attemptAlone(ClaimedMessage message) {
		boolean held;
		try {
			held = this.store.settlements().runsAlone(message);
		}
		catch (RuntimeException ex) {
			this.settler.add(new Settlement.Release(message, ALONE_LATER));
			return;
		}
		if (held) {
			// settled before anything else runs: a crash of the next must not look like
			// its own
			attempt(message, this.settler::settleNow);
		}
		else {
			this.sink.forget(message);
		}
	}

	private void attempt(ClaimedMessage message, Consumer<Settlement> settler) {
		if (this.transactional != null && isHeld(message)) {
			// asked again, since it may take long until there is a connection
			this.transactional.run(message, () -> isHeld(message) ? run(message) : null, settler);
			return;
		}
		HandlerResult result = isHeld(message) ? run(message) : null;
		if (result != null) {
			settle(message, result, settler);
		}
	}

	/**
	 * Whether a message may be handled: who could not confirm its heartbeat may have lost
	 * it already.
	 */
	private boolean isHeld(ClaimedMessage message) {
		if (this.lease.valid() && this.lease.consumer().equals(message.consumer()) && this.sink.isLatest(message)) {
			return true;
		}
		this.sink.forget(message);
		return false;
	}

	/**
	 * Run the handler.
	 * @return how that ended, or {@code null} if the message is no longer held
	 */
	private @Nullable HandlerResult run(ClaimedMessage message) {
		Attempt attempt = new Attempt(message);
		this.attempt = attempt;
		HandlerResult result;
		try {
			this.observer.on(new QueueEvent.Delivered(this.store.backend(), message.delivery()));
			result = this.handler.handle(message);
		}
		finally {
			this.attempt = null;
		}
		Attempt.Interruption interruption = attempt.end();
		this.prefetch.handled(attempt.age().toNanos(), message.payload().bytes().length);
		if (interruption == null) {
			return result;
		}
		return switch (interruption) {
			case DEADLINE -> new HandlerResult.TimedOut();
			case STOP -> new HandlerResult.Stopped();
			case FENCED -> {
				this.sink.forget(message);
				yield null;
			}
			case GIVEN_UP -> {
				logger.warn("The handler of message " + message.id() + " of queue '" + message.queue()
						+ "' has returned after the listener had stopped; the message was given back before");
				yield null;
			}
		};
	}

	private void settle(ClaimedMessage message, HandlerResult result, Consumer<Settlement> settler) {
		if (!this.sink.isLatest(message)) {
			// rewound: only the later delivery counts
			this.observer.on(new QueueEvent.Stale(this.store.backend(), message.queue(), message.group(),
					List.of(message.id())));
			return;
		}
		Settlement settlement = this.policy.decide(message, result);
		if (this.dropping != null) {
			settlement = this.dropping.instead(settlement, result);
		}
		this.settler.tellOfFailure(settlement);
		settler.accept(settlement);
	}

}
