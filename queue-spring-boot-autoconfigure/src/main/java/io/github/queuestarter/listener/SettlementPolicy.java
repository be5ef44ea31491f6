package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.List;

import io.github.queuestarter.Failure;
import io.github.queuestarter.Outcome;
import io.github.queuestarter.PermanentFailureException;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Settlement;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;

/**
 * Decides what becomes of a message after an attempt.
 */
final class SettlementPolicy {

	private final ListenerSettings settings;

	private final List<Class<? extends Throwable>> permanent;

	private final BackOff backOff;

	SettlementPolicy(ListenerSettings settings, List<Class<? extends Throwable>> permanent) {
		this.settings = settings;
		this.permanent = permanent;
		this.backOff = BackOff.of(settings.retry());
	}

	Settlement decide(ClaimedMessage message, HandlerResult result) {
		if (result instanceof HandlerResult.Returned returned) {
			return decide(message, returned.outcome());
		}
		if (result instanceof HandlerResult.Threw threw) {
			Failure failure = Failures.of(Failure.Kind.EXCEPTION, threw.cause());
			return isPermanent(threw.cause()) ? new Settlement.Bury(message, failure) : retryOrBury(message, failure);
		}
		if (result instanceof HandlerResult.Unreadable unreadable) {
			return new Settlement.Bury(message, Failures.of(Failure.Kind.CONVERSION, unreadable.cause()));
		}
		if (result instanceof HandlerResult.TimedOut) {
			return retryOrBury(message, Failure.of(Failure.Kind.TIMEOUT,
					"The handler did not return within 'timeout' (" + printed(this.settings.timeout()) + ")"));
		}
		if (result instanceof HandlerResult.CrashedAlone) {
			return new Settlement.Bury(message, Failure.of(Failure.Kind.CRASHED, "The process died " + message.crashes()
					+ " times while it held the message, at last while it ran nothing else"));
		}
		return new Settlement.Release(message, Duration.ZERO);
	}

	private Settlement decide(ClaimedMessage message, Outcome outcome) {
		if (outcome instanceof Outcome.RetryAfter retryAfter) {
			Failure failure = Failure.of(Failure.Kind.RETRY_REQUESTED, "The handler asked for another attempt");
			return attemptsAreUsedUp(message) ? new Settlement.Bury(message, failure)
					: new Settlement.Retry(message, retryAfter.delay(), failure);
		}
		if (outcome instanceof Outcome.Release release) {
			return new Settlement.Release(message, release.delay());
		}
		if (outcome instanceof Outcome.Bury bury) {
			return new Settlement.Bury(message, Failure.of(Failure.Kind.BURIED, Failures.oneLine(bury.reason())));
		}
		return new Settlement.Ack(message);
	}

	private Settlement retryOrBury(ClaimedMessage message, Failure failure) {
		return attemptsAreUsedUp(message) ? new Settlement.Bury(message, failure)
				: new Settlement.Retry(message, this.backOff.after(message.attempt()), failure);
	}

	private static String printed(@Nullable Duration duration) {
		return (duration != null) ? DurationStyle.SIMPLE.print(duration) : "none";
	}

	private boolean attemptsAreUsedUp(ClaimedMessage message) {
		return message.attempt() >= this.settings.retry().maxAttempts();
	}

	/**
	 * Whether a message has to run alone, since it may be what killed its consumers.
	 */
	boolean mustRunAlone(ClaimedMessage message) {
		return message.crashes() >= this.settings.maxCrashes() - 1;
	}

	private boolean isPermanent(Throwable thrown) {
		for (Throwable cause : Failures.causes(thrown)) {
			if (cause instanceof PermanentFailureException
					|| this.permanent.stream().anyMatch((type) -> type.isInstance(cause))) {
				return true;
			}
		}
		return false;
	}

}
