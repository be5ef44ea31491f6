package io.github.queuestarter.endtoend;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.github.queuestarter.DeadLetter;
import io.github.queuestarter.Delivery;
import io.github.queuestarter.Failure;
import io.github.queuestarter.Outcome;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueEvent.Settled.Kind;
import io.github.queuestarter.QueueListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.transaction.support.TransactionSynchronizationManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a transactional listener writes is there exactly once.
 */
class PostgresTransactionalListenerTests extends TransactionalTest {

	@Test
	void writeAndAckAreSeenAtTheSameMoment() {
		Application application = start(
				application(writing((payload, delivery, own) -> Outcome.done())).with("queue.listener.concurrency", 3));
		List<String> ids = application.template()
			.sendAll(this.queue, IntStream.range(0, 300).mapToObj(String::valueOf).toList());
		await().pollInterval(Duration.ofMillis(1)).until(() -> {
			assertThat(this.ledger.held()).isZero();
			return this.ledger.size() >= 300;
		});
		awaitNothingLeft(application);
		assertThat(this.ledger.entries()).containsExactlyInAnyOrderElementsOf(ids);
	}

	@Test
	void nothingIsSeenBeforeTheHandlerReturns() {
		CountDownLatch mayGoOn = new CountDownLatch(1);
		Writing writing = writing((payload, delivery, own) -> {
			assertThat(mayGoOn.await(20, TimeUnit.SECONDS)).isTrue();
			return Outcome.done();
		});
		Application application = start(writing);
		application.template().send(this.queue, "x");
		writing.deliveries.await(1);
		assertThat(this.ledger.size()).isZero();
		assertThat(application.admin().stats(this.queue, "default").inFlight().value()).isEqualTo(1);
		mayGoOn.countDown();
		awaitNothingLeft(application);
		assertThat(this.ledger.size()).isEqualTo(1);
	}

	@Test
	void handlersDoNotWaitForTheirNeighboursTransactions() {
		CountDownLatch mayCommit = new CountDownLatch(1);
		Received<String> settled = new Received<>();
		Application application = start(application(writing((payload, delivery, own) -> {
			if (payload.equals("slow")) {
				beforeCommit(() -> {
					settled.add(payload);
					assertThat(mayCommit.await(30, TimeUnit.SECONDS)).isTrue();
				});
			}
			else {
				settled.await(1);
			}
			return Outcome.done();
		})).with("queue.listener.concurrency", 2)
			.with("queue.listener.prefetch", 20)
			.with("queue.heartbeat.expiry", "60s"));
		// claimed together
		application.template().sendAll(this.queue, List.of("slow", "a", "b", "c"));
		await().until(() -> this.ledger.size() == 3);
		mayCommit.countDown();
		awaitNothingLeft(application);
		assertThat(this.ledger.size()).isEqualTo(4);
	}

	@Test
	void thrownExceptionRollsBackTheWriteAndCountsTheAttempt() {
		Writing writing = writing((payload, delivery, own) -> {
			if (delivery.attempt() < 3) {
				throw new IllegalStateException("not now");
			}
			return Outcome.done();
		});
		Application application = start(application(writing));
		String id = application.template().send(this.queue, "x");
		assertThat(writing.deliveries.await(3)).extracting(Delivery::attempt).containsExactly(1, 2, 3);
		awaitNothingLeft(application);
		assertThat(this.ledger.entries()).containsExactly(id);
		assertThat(this.events.of(QueueEvent.Failed.class)).hasSize(2);
		assertThat(this.events.of(QueueEvent.Stale.class)).isEmpty();
	}

	@Test
	void usedUpAttemptsLeaveADeadLetterAndNoWrite() {
		Application application = start(application(writing((payload, delivery, own) -> {
			throw new IllegalStateException("never");
		})).with("queue.listener.retry.max-attempts", 2));
		application.template().send(this.queue, "x");
		DeadLetter dead = awaitDeadLetter(application);
		assertThat(dead.attempts()).isEqualTo(2);
		assertThat(dead.failure().reason()).contains("never");
		assertThat(this.ledger.size()).isZero();
		awaitNothingLeft(application);
	}

	@Test
	void returnedOutcomeCommitsWhatWasWritten() {
		Application application = start(application(writing((payload, delivery, own) -> switch (payload) {
			case "retry" -> (delivery.attempt() == 1) ? Outcome.retryAfter(Duration.ofMillis(50)) : Outcome.done();
			case "bury" -> Outcome.bury("no such product");
			default -> Outcome.done();
		})));
		String retried = application.template().send(this.queue, "retry");
		String buried = application.template().send(this.queue, "bury");
		String done = application.template().send(this.queue, "done");
		DeadLetter dead = awaitDeadLetter(application);
		assertThat(dead.failure().kind()).isEqualTo(Failure.Kind.BURIED);
		assertThat(dead.failure().reason()).isEqualTo("no such product");
		await().until(() -> this.ledger.size() == 4);
		awaitNothingLeft(application);
		assertThat(this.ledger.entries()).containsExactlyInAnyOrder(retried, retried, buried, done);
		// Told after the commit
		await().until(() -> this.events.of(QueueEvent.Settled.class).size() == 4);
		assertThat(this.events.of(QueueEvent.Settled.class)).extracting(QueueEvent.Settled::kind)
			.containsExactlyInAnyOrder(Kind.RETRY, Kind.ACK, Kind.BURY, Kind.ACK);
		assertThat(this.events.of(QueueEvent.Failed.class)).extracting(QueueEvent.Failed::last)
			.containsExactlyInAnyOrder(false, true);
		assertThat(application.admin().replay(this.queue, "default", buried)).isTrue();
		await().until(() -> this.ledger.size() == 5);
	}

	@Test
	void releasedMessageComesAgainUncountedAndWhatWasWrittenStays() {
		Received<String> released = new Received<>();
		Writing writing = writing((payload, delivery, own) -> {
			if (released.all().isEmpty()) {
				released.add(payload);
				return Outcome.release(Duration.ofMillis(50));
			}
			return Outcome.done();
		});
		Application application = start(writing);
		String id = application.template().send(this.queue, "x");
		assertThat(writing.deliveries.await(2)).extracting(Delivery::attempt).containsExactly(1, 1);
		awaitNothingLeft(application);
		assertThat(this.ledger.entries()).containsExactly(id, id);
	}

	@Test
	void poisonIsADeadLetter() {
		Application application = start(new Amounts());
		application.template().send(this.queue, "{\"amount\": \"many");
		assertThat(awaitDeadLetter(application).failure().kind()).isEqualTo(Failure.Kind.CONVERSION);
		awaitNothingLeft(application);
	}

	@Test
	void handlerThatTakesTooLongIsRolledBack() {
		CountDownLatch never = new CountDownLatch(1);
		Received<String> interrupted = new Received<>();
		Application application = start(application(writing((payload, delivery, own) -> {
			try {
				never.await(30, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				// returns normally: the attempt has failed all the same
				interrupted.add(payload);
			}
			return Outcome.done();
		})).with("queue.listener.timeout", "300ms").with("queue.listener.retry.max-attempts", 2));
		application.template().send(this.queue, "x");
		assertThat(awaitDeadLetter(application).failure().kind()).isEqualTo(Failure.Kind.TIMEOUT);
		assertThat(interrupted.all()).hasSize(2);
		assertThat(this.ledger.size()).isZero();
	}

	@Test
	void handlerThatIsInterruptedByAStopIsRolledBackAndItsMessageGivenBack() {
		CountDownLatch mayGoOn = new CountDownLatch(1);
		Writing writing = writing((payload, delivery, own) -> {
			mayGoOn.await(30, TimeUnit.SECONDS);
			return Outcome.done();
		});
		Application stopping = start(application(writing).with("queue.shutdown.grace-period", "200ms"));
		String id = stopping.template().send(this.queue, "x");
		writing.deliveries.await(1);
		stopping.close();
		assertThat(this.ledger.size()).isZero();
		mayGoOn.countDown();
		Application next = start(writing);
		Delivery again = writing.deliveries.await(2).get(1);
		assertThat(again.attempt()).isEqualTo(1);
		assertThat(again.crashes()).isZero();
		awaitNothingLeft(next);
		assertThat(this.ledger.entries()).containsExactly(id);
	}

	@Test
	void sendsInTheHandlerRollBackWithIt() {
		Next next = new Next();
		Application application = start(application(writing((payload, delivery, own) -> {
			own.template().send(this.queue + "-next", "attempt " + delivery.attempt());
			if (delivery.attempt() == 1) {
				throw new IllegalStateException("not now");
			}
			return Outcome.done();
		})).listener(next));
		application.template().send(this.queue, "x");
		next.received.await(1);
		awaitNothingLeft(application);
		application.template().send(this.queue + "-next", "sentinel");
		assertThat(next.received.await(2)).containsExactly("attempt 2", "sentinel");
	}

	@Test
	void defaultsOfThePoolDoNotMatter() {
		Writing writing = writing((payload, delivery, own) -> {
			assertThat(own.jdbc().queryForObject("show transaction_isolation", String.class))
				.isEqualTo("read committed");
			return Outcome.done();
		});
		Application application = start(application(writing)
			.with("spring.datasource.hikari.transaction-isolation", "TRANSACTION_REPEATABLE_READ")
			.with("spring.datasource.hikari.auto-commit", false));
		String id = application.template().send(this.queue, "x");
		assertThat(writing.deliveries.await(1).get(0).attempt()).isEqualTo(1);
		awaitNothingLeft(application);
		assertThat(this.ledger.entries()).containsExactly(id);
		assertThat(this.events.of(QueueEvent.Failed.class)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "queue.listener.transactional", "queue.queues.[%s].transactional",
			"queue.queues.[%s].groups.default.transactional" })
	void keyMakesAListenerTransactional(String key) {
		ByKey byKey = new ByKey();
		Application application = start(application(byKey).with(key.formatted(this.queue), true));
		application.template().send(this.queue, "x");
		assertThat(byKey.inTransaction.await(1)).containsExactly(true);
	}

	@Test
	void otherListenersHaveNoTransaction() {
		ByKey byKey = new ByKey();
		Application application = start(application(byKey));
		application.template().send(this.queue, "x");
		assertThat(byKey.inTransaction.await(1)).containsExactly(false);
	}

	@Test
	void attemptsAreTimed() {
		Application application = start(application(writing((payload, delivery, own) -> Outcome.done())));
		application.template().send(this.queue, "x");
		await().until(() -> application.bean(MeterRegistry.class)
			.find("queue.process")
			.tag("queue", this.queue)
			.timers()
			.stream()
			.mapToLong(Timer::count)
			.sum() == 1);
	}

	record Amount(int amount) {
	}

	static final class Amounts {

		@QueueListener(queue = "${test.queue}", transactional = true)
		void on(Amount amount) {
		}

	}

	static final class Next {

		final Received<String> received = new Received<>();

		@QueueListener("${test.queue}-next")
		void on(String text) {
			this.received.add(text);
		}

	}

	static final class ByKey {

		final Received<Boolean> inTransaction = new Received<>();

		@QueueListener("${test.queue}")
		void on(String text) {
			this.inTransaction.add(TransactionSynchronizationManager.isActualTransactionActive());
		}

	}

}
