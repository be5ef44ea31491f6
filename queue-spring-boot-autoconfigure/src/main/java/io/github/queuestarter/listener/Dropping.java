package io.github.queuestarter.listener;

import io.github.queuestarter.Failure;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Settlement;

/**
 * Lets an ephemeral listener be done with each message after one attempt: there is
 * nothing that could bring it again or keep it. What would have been retried or buried is
 * told instead.
 */
final class Dropping {

	private static final Failure AGAIN = Failure.of(Failure.Kind.RETRY_REQUESTED,
			"The handler asked to have the message again, and an ephemeral listener has it once");

	private final String backend;

	private final QueueObserver observer;

	Dropping(String backend, QueueObserver observer) {
		this.backend = backend;
		this.observer = observer;
	}

	/**
	 * What to do instead of what was decided.
	 */
	Settlement instead(Settlement decided, HandlerResult result) {
		if (decided instanceof Settlement.Retry retry) {
			return drop(retry.message(), (result instanceof HandlerResult.Returned) ? AGAIN : retry.failure());
		}
		if (decided instanceof Settlement.Bury bury) {
			return drop(bury.message(), bury.failure());
		}
		// what the end of the application cuts off needs no word
		return (result instanceof HandlerResult.Returned && decided instanceof Settlement.Release release)
				? drop(release.message(), AGAIN) : decided;
	}

	private Settlement drop(ClaimedMessage message, Failure failure) {
		this.observer.on(new QueueEvent.Dropped(this.backend, message.delivery(), failure));
		return new Settlement.Ack(message);
	}

}
