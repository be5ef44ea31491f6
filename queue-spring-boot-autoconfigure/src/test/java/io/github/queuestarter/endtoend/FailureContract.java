package io.github.queuestarter.endtoend;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.github.queuestarter.DeadLetter;
import io.github.queuestarter.Delivery;
import io.github.queuestarter.Failure;
import io.github.queuestarter.Outcome;
import io.github.queuestarter.PageRequest;
import io.github.queuestarter.PermanentFailureException;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.core.QueueAdmin;
import io.github.queuestarter.core.SendOptions;
import io.github.queuestarter.listener.ListenerState;
import io.github.queuestarter.listener.QueueListenerRegistry;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Positive;
import org.junit.jupiter.api.Test;

import org.springframework.messaging.handler.annotation.Payload;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of messages whose handling fails.
 */
abstract class FailureContract extends EndToEndTest {

	private List<DeadLetter> deadLetters(QueueAdmin admin, String group) {
		return admin.deadLetters(this.queue, group, PageRequest.first(100)).deadLetters();
	}

	private List<DeadLetter> awaitDeadLetters(QueueAdmin admin, int count) {
		await().until(() -> deadLetters(admin, "default").size() == count);
		return deadLetters(admin, "default");
	}

	@Test
	void failedAttemptsAreCountedAndRetriedUntilOneSucceeds() {
		Flaky flaky = new Flaky(2, () -> new IllegalStateException("not now"));
		Application application = start(flaky);
		String id = application.template().send(this.queue, "x");
		List<Delivery> deliveries = flaky.deliveries.await(3);
		assertThat(deliveries).extracting(Delivery::attempt).containsExactly(1, 2, 3);
		assertThat(deliveries).extracting(Delivery::id).containsOnly(id);
		assertThat(deliveries.get(1).firstFailureAt()).isNotNull();
		assertThat(deliveries.get(2).firstFailureAt()).isEqualTo(deliveries.get(1).firstFailureAt());
		await().until(() -> application.admin().stats(this.queue, "default").pending().value() == 0);
		assertThat(deadLetters(application.admin(), "default")).isEmpty();
	}

	@Test
	void usedUpAttemptsMakeADeadLetterWithFullProvenanceThatCanBeReplayed() {
		Flaky flaky = new Flaky(3,
				() -> new IllegalStateException("wrapped", new IllegalArgumentException("root\u0000\u001b[2K cause")));
		Application application = start(
				application().listener(flaky).with("queue.queues.[" + this.queue + "].retry.max-attempts", 3));
		String id = application.template().send(this.queue, "x", SendOptions.header("tenant", "blue"));
		DeadLetter dead = awaitDeadLetters(application.admin(), 1).get(0);
		assertThat(dead.id()).isEqualTo(id);
		assertThat(dead.attempts()).isEqualTo(3);
		assertThat(dead.payload().asText()).isEqualTo("x");
		assertThat(dead.headers()).containsExactly(Map.entry("tenant", "blue"));
		assertThat(dead.consumer()).isNotBlank();
		assertThat(dead.firstFailureAt()).isBeforeOrEqualTo(dead.lastFailureAt());
		assertThat(dead.sentAt()).isBeforeOrEqualTo(dead.firstFailureAt());
		assertThat(dead.failure().kind()).isEqualTo(Failure.Kind.EXCEPTION);
		assertThat(dead.failure().reason()).isEqualTo("root [2K cause");
		assertThat(dead.failure().exceptionClass()).isEqualTo(IllegalArgumentException.class.getName());
		assertThat(dead.failure().exceptionMessage()).contains("root");
		assertThat(dead.failure().stackTrace()).contains("IllegalStateException");
		assertThat(application.admin().replay(this.queue, "default", id)).isTrue();
		Delivery replayed = flaky.deliveries.await(4).get(3);
		assertThat(replayed.attempt()).isEqualTo(1);
		assertThat(replayed.id()).isEqualTo(id);
		await().until(() -> deadLetters(application.admin(), "default").isEmpty());
	}

	@Test
	void deadLetterOfOneGroupIsInvisibleToTheOther() {
		OneGroupFails groups = new OneGroupFails();
		Application application = start(groups);
		application.template().send(this.queue, "x");
		await().until(() -> deadLetters(application.admin(), "bad").size() == 1);
		assertThat(groups.good.await(1)).hasSize(1);
		assertThat(application.admin().replayAll(this.queue, "bad")).isEqualTo(1);
		await().until(() -> deadLetters(application.admin(), "bad").size() == 1);
		assertThat(groups.bad.all()).hasSize(2);
		assertThat(groups.good.all()).hasSize(1);
		String id = deadLetters(application.admin(), "bad").get(0).id();
		assertThat(application.admin().discard(this.queue, "bad", id)).isTrue();
		assertThat(deadLetters(application.admin(), "bad")).isEmpty();
	}

	@Test
	void permanentFailureAndListedExceptionsAreNotRetried() {
		Permanent permanent = new Permanent();
		Application application = start(permanent);
		application.template().send(this.queue, "permanent");
		application.template().send(this.queue, "listed");
		assertThat(awaitDeadLetters(application.admin(), 2)).extracting(DeadLetter::attempts).containsExactly(1, 1);
		assertThat(permanent.deliveries.all()).hasSize(2);
	}

	@Test
	void poisonIsADeadLetterWithTheOriginalBytesAndHoldsUpNobody() {
		Positives positives = new Positives();
		Application application = start(positives);
		application.template().send(this.queue, "{\"amount\": \"many");
		application.template().send(this.queue, new Amount(-1));
		application.template().send(this.queue, new Amount(7));
		assertThat(positives.received.await(1)).containsExactly(new Amount(7));
		List<DeadLetter> dead = awaitDeadLetters(application.admin(), 2);
		assertThat(dead).extracting((one) -> one.failure().kind()).containsOnly(Failure.Kind.CONVERSION);
		assertThat(dead).extracting((one) -> one.payload().asText())
			.containsExactlyInAnyOrder("{\"amount\": \"many", "{\"amount\":-1}");
	}

	@Test
	void handlerDecidesByItsOutcome() {
		Deciding deciding = new Deciding();
		Application application = start(deciding);
		application.template().send(this.queue, "retry");
		application.template().send(this.queue, "release");
		application.template().send(this.queue, "bury");
		application.template().send(this.queue, "done");
		List<DeadLetter> dead = awaitDeadLetters(application.admin(), 1);
		assertThat(dead.get(0).failure().kind()).isEqualTo(Failure.Kind.BURIED);
		assertThat(dead.get(0).failure().reason()).isEqualTo("no such product");
		deciding.deliveries.await(6);
		await().until(() -> application.admin().stats(this.queue, "default").pending().value() == 0);
		assertThat(deciding.attemptsOf("retry")).containsExactly(1, 2);
		assertThat(deciding.attemptsOf("release")).containsExactly(1, 1);
		assertThat(deciding.attemptsOf("done")).containsExactly(1);
	}

	@Test
	void completionStageIsAwaited() {
		Later later = new Later();
		Application application = start(later);
		application.template().send(this.queue, "x");
		later.called.await(1);
		assertThat(application.admin().stats(this.queue, "default").inFlight().value()).isEqualTo(1);
		later.stage.completeExceptionally(new IllegalStateException("late"));
		assertThat(later.called.await(2)).containsExactly(1, 2);
		await().until(() -> application.admin().stats(this.queue, "default").pending().value() == 0);
	}

	@Test
	void errorInAHandlerDoesNotStopTheListener() {
		Flaky flaky = new Flaky(1, () -> new StackOverflowError("deep"));
		Application application = start(flaky);
		application.template().send(this.queue, "x");
		assertThat(flaky.deliveries.await(2)).hasSize(2);
	}

	@Test
	void handlerThatTakesTooLongIsInterruptedAndTheAttemptFailed() {
		Slow slow = new Slow();
		Application application = start(application().listener(slow)
			.with("queue.listener.timeout", "300ms")
			.with("queue.listener.retry.max-attempts", 2));
		application.template().send(this.queue, "x");
		DeadLetter dead = awaitDeadLetters(application.admin(), 1).get(0);
		assertThat(dead.failure().kind()).isEqualTo(Failure.Kind.TIMEOUT);
		assertThat(dead.attempts()).isEqualTo(2);
		assertThat(slow.interrupted.all()).containsExactly(1, 2);
	}

	@Test
	void handlerThatIgnoresItsInterruptKeepsItsMessageAndCountsAsStuck() {
		Deaf deaf = new Deaf();
		Deaf other = new Deaf();
		Application application = start(application().listener(deaf)
			.with("queue.heartbeat.expiry", "3s")
			.with("queue.listener.timeout", "300ms")
			.with("queue.listener.retry.max-attempts", 1));
		application.template().send(this.queue, "x");
		deaf.deliveries.await(1);
		start(application().listener(other).with("queue.heartbeat.expiry", "3s"));
		// three times the expiry
		await().until(() -> state(application).oldestHandler().compareTo(Duration.ofSeconds(9)) > 0);
		assertThat(state(application).stuck()).isEqualTo(1);
		assertThat(application.admin().stats(this.queue, "default").inFlight().value()).isEqualTo(1);
		assertThat(deadLetters(application.admin(), "default")).isEmpty();
		deaf.mayHear.countDown();
		assertThat(awaitDeadLetters(application.admin(), 1).get(0).failure().kind()).isEqualTo(Failure.Kind.TIMEOUT);
		assertThat(state(application).stuck()).isZero();
		assertThat(deaf.deliveries.all()).hasSize(1);
		assertThat(other.deliveries.all()).isEmpty();
	}

	private static ListenerState state(Application application) {
		List<ListenerState> states = application.bean(QueueListenerRegistry.class).states();
		assertThat(states).hasSize(1);
		return states.get(0);
	}

	static final class Deaf {

		final Received<Delivery> deliveries = new Received<>();

		final CountDownLatch mayHear = new CountDownLatch(1);

		@QueueListener("${test.queue}")
		void on(String payload, Delivery delivery) {
			this.deliveries.add(delivery);
			boolean heard = false;
			while (!heard) {
				try {
					heard = this.mayHear.await(1, TimeUnit.MINUTES);
				}
				catch (InterruptedException ex) {
					// on purpose
				}
			}
		}

	}

	static final class Flaky {

		final Received<Delivery> deliveries = new Received<>();

		private final AtomicInteger failures;

		private final Supplier<Throwable> thrown;

		Flaky(int failures, Supplier<Throwable> thrown) {
			this.failures = new AtomicInteger(failures);
			this.thrown = thrown;
		}

		@QueueListener("${test.queue}")
		void on(String payload, Delivery delivery) throws Throwable {
			this.deliveries.add(delivery);
			if (this.failures.getAndDecrement() > 0) {
				throw this.thrown.get();
			}
		}

	}

	static final class OneGroupFails {

		final Received<String> good = new Received<>();

		final Received<String> bad = new Received<>();

		@QueueListener(queue = "${test.queue}", group = "good")
		void good(String payload) {
			this.good.add(payload);
		}

		@QueueListener(queue = "${test.queue}", group = "bad")
		void bad(String payload) {
			this.bad.add(payload);
			throw new PermanentFailureException("never");
		}

	}

	static final class Permanent {

		final Received<Delivery> deliveries = new Received<>();

		@QueueListener(queue = "${test.queue}", noRetryFor = IllegalArgumentException.class)
		void on(String payload, Delivery delivery) {
			this.deliveries.add(delivery);
			if (payload.equals("permanent")) {
				throw new PermanentFailureException("never");
			}
			throw new IllegalStateException(new NumberFormatException("seven"));
		}

	}

	record Amount(@Positive int amount) {
	}

	static final class Positives {

		final Received<Amount> received = new Received<>();

		@QueueListener("${test.queue}")
		void on(@Payload @Valid Amount amount) {
			this.received.add(amount);
		}

	}

	static final class Deciding {

		final Received<Seen> deliveries = new Received<>();

		@QueueListener("${test.queue}")
		Outcome on(String payload, Delivery delivery) {
			boolean first = this.deliveries.all().stream().noneMatch((seen) -> seen.payload().equals(payload));
			this.deliveries.add(new Seen(payload, delivery.attempt()));
			if (!first) {
				return Outcome.done();
			}
			return switch (payload) {
				case "retry" -> Outcome.retryAfter(Duration.ofMillis(50));
				case "release" -> Outcome.release(Duration.ofMillis(50));
				case "bury" -> Outcome.bury("no such product");
				default -> Outcome.done();
			};
		}

		List<Integer> attemptsOf(String payload) {
			return this.deliveries.all()
				.stream()
				.filter((seen) -> seen.payload().equals(payload))
				.map(Seen::attempt)
				.toList();
		}

		record Seen(String payload, int attempt) {
		}

	}

	static final class Later {

		final Received<Integer> called = new Received<>();

		final CompletableFuture<Outcome> stage = new CompletableFuture<>();

		@QueueListener("${test.queue}")
		CompletionStage<Outcome> on(String payload, Delivery delivery) {
			this.called.add(delivery.attempt());
			return (delivery.attempt() == 1) ? this.stage : CompletableFuture.completedFuture(Outcome.done());
		}

	}

	static final class Slow {

		final Received<Integer> interrupted = new Received<>();

		private final CountDownLatch never = new CountDownLatch(1);

		@QueueListener("${test.queue}")
		void on(String payload, Delivery delivery) {
			try {
				this.never.await(30, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				// returns normally: the attempt has failed all the same
				this.interrupted.add(delivery.attempt());
			}
		}

	}

}
