package io.github.queuestarter.listener;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.Failure;
import io.github.queuestarter.Outcome;
import io.github.queuestarter.PermanentFailureException;
import io.github.queuestarter.Position;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Receipt;
import io.github.queuestarter.store.Settlement;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SettlementPolicyTests {

	private static final RetrySettings RETRY = new RetrySettings(3, Duration.ofSeconds(1), 2, Duration.ofMinutes(5), 0);

	private final SettlementPolicy policy = policy(RETRY);

	@Test
	void returnedNothingIsAnAck() {
		assertThat(this.policy.decide(message(0, 0), new HandlerResult.Returned(Outcome.done())))
			.isInstanceOf(Settlement.Ack.class);
	}

	@Test
	void failureIsRetriedWithGrowingWaits() {
		assertThat(retry(message(0, 0)).after()).isEqualTo(Duration.ofSeconds(1));
		assertThat(retry(message(1, 0)).after()).isEqualTo(Duration.ofSeconds(2));
	}

	@Test
	void waitsEndAtTheLongestAndAreSpreadByTheJitter() {
		SettlementPolicy spread = policy(new RetrySettings(30, Duration.ofSeconds(1), 2, Duration.ofSeconds(60), 0.2));
		Set<Duration> waits = new HashSet<>();
		for (int i = 0; i < 100; i++) {
			Duration wait = ((Settlement.Retry) spread.decide(message(0, 0),
					new HandlerResult.Threw(new IllegalStateException())))
				.after();
			assertThat(wait).isBetween(Duration.ofMillis(800), Duration.ofMillis(1200));
			waits.add(wait);
			assertThat(((Settlement.Retry) spread.decide(message(20, 0),
					new HandlerResult.Threw(new IllegalStateException())))
				.after()).isBetween(Duration.ofSeconds(48), Duration.ofSeconds(60));
		}
		assertThat(waits).hasSizeGreaterThan(10);
	}

	@Test
	void whatIsKeptOfAnExceptionHasALimit() {
		Failure failure = ((Settlement.Bury) this.policy.decide(message(2, 0),
				new HandlerResult.Threw(new IllegalStateException("x".repeat(100_000)))))
			.failure();
		assertThat(failure.reason()).hasSize(2001);
		assertThat(failure.exceptionMessage()).hasSize(2001);
		assertThat(failure.stackTrace()).hasSize(8001).startsWith("java.lang.IllegalStateException: xxx");
	}

	private static SettlementPolicy policy(RetrySettings retry) {
		return new SettlementPolicy(
				new ListenerSettings(1, null, retry, 3, Duration.ofSeconds(9), Position.earliest(), false),
				List.of(IOException.class));
	}

	private Settlement.Retry retry(ClaimedMessage message) {
		return (Settlement.Retry) this.policy.decide(message, new HandlerResult.Threw(new IllegalStateException()));
	}

	@Test
	void lastAttemptIsBuriedWithItsRootCause() {
		Settlement.Bury bury = (Settlement.Bury) this.policy.decide(message(2, 0),
				new HandlerResult.Threw(new RuntimeException("outer", new IllegalStateException("root"))));
		assertThat(bury.failure().kind()).isEqualTo(Failure.Kind.EXCEPTION);
		assertThat(bury.failure().reason()).isEqualTo("root");
		assertThat(bury.failure().exceptionClass()).isEqualTo(IllegalStateException.class.getName());
	}

	@Test
	void reasonCanNotForgeLogLines() {
		Settlement.Bury asked = (Settlement.Bury) this.policy.decide(message(0, 0),
				new HandlerResult.Returned(Outcome.bury("no\nWARN all\u001b[2K lost")));
		assertThat(asked.failure().reason()).isEqualTo("no WARN all [2K lost");
		Settlement.Bury threw = (Settlement.Bury) this.policy.decide(message(2, 0),
				new HandlerResult.Threw(new IllegalStateException("no\u2028way\nat all")));
		assertThat(threw.failure().reason()).isEqualTo("no way");
		assertThat(threw.failure().exceptionMessage()).isEqualTo("no\u2028way\nat all");
	}

	@Test
	void permanentAndListedExceptionsAreBuriedAtOnceAlsoAsCauses() {
		assertThat(this.policy.decide(message(0, 0), new HandlerResult.Threw(new PermanentFailureException("no"))))
			.isInstanceOf(Settlement.Bury.class);
		assertThat(this.policy.decide(message(0, 0),
				new HandlerResult.Threw(new RuntimeException(new FileNotFoundException()))))
			.isInstanceOf(Settlement.Bury.class);
	}

	@Test
	void requestedRetryObeysTheLimitAndReleaseDoesNot() {
		HandlerResult again = new HandlerResult.Returned(Outcome.retryAfter(Duration.ofSeconds(7)));
		assertThat(this.policy.decide(message(1, 0), again)).isInstanceOfSatisfying(Settlement.Retry.class,
				(retry) -> assertThat(retry.after()).isEqualTo(Duration.ofSeconds(7)));
		assertThat(this.policy.decide(message(2, 0), again)).isInstanceOf(Settlement.Bury.class);
		assertThat(
				this.policy.decide(message(9, 0), new HandlerResult.Returned(Outcome.release(Duration.ofSeconds(7)))))
			.isInstanceOf(Settlement.Release.class);
	}

	@Test
	void timeoutCountsAndAStopDoesNot() {
		assertThat(this.policy.decide(message(0, 0), new HandlerResult.TimedOut())).isInstanceOfSatisfying(
				Settlement.Retry.class, (retry) -> assertThat(retry.failure().kind()).isEqualTo(Failure.Kind.TIMEOUT));
		assertThat(this.policy.decide(message(0, 0), new HandlerResult.Stopped()))
			.isInstanceOf(Settlement.Release.class);
	}

	@Test
	void unreadableMessageIsBuriedAtOnce() {
		assertThat(this.policy.decide(message(0, 0), new HandlerResult.Unreadable(new IllegalArgumentException("x"))))
			.isInstanceOfSatisfying(Settlement.Bury.class,
					(bury) -> assertThat(bury.failure().kind()).isEqualTo(Failure.Kind.CONVERSION));
	}

	@Test
	void suspectRunsAloneBeforeItsLastCrash() {
		assertThat(this.policy.mustRunAlone(message(0, 1))).isFalse();
		assertThat(this.policy.mustRunAlone(message(0, 2))).isTrue();
		assertThat(this.policy.mustRunAlone(message(0, 7))).isTrue();
	}

	private static ClaimedMessage message(int failures, int crashes) {
		return new ClaimedMessage("1", "orders", "default", "me", failures, crashes, false, Instant.EPOCH, null,
				Map.of(), EncodedPayload.ofText("x", EncodedPayload.Format.TEXT), new Receipt() {
				});
	}

}
