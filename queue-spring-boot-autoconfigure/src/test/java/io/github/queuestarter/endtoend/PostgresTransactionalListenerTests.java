package io.github.queuestarter.endtoend;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import javax.sql.DataSource;

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

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
	void consumerThatWasFencedMeanwhileRollsBackAndTheOtherEffectIsTheOnlyOne() {
		CountDownLatch mayGoOn = new CountDownLatch(1);
		Writing slow = writing((payload, delivery, own) -> {
			assertThat(mayGoOn.await(30, TimeUnit.SECONDS)).isTrue();
			return Outcome.done();
		});
		Application first = start(notNoticingThatItIsFenced(slow));
		String id = first.template().send(this.queue, "x");
		slow.deliveries.await(1);
		fenceHolder();
		Writing quick = writing((payload, delivery, own) -> Outcome.done());
		Application second = start(quick);
		assertThat(quick.deliveries.await(1).get(0).crashes()).isEqualTo(1);
		awaitNothingLeft(second);
		assertThat(this.ledger.entries()).containsExactly(id);
		mayGoOn.countDown();
		await().until(() -> !this.events.of(QueueEvent.Stale.class).isEmpty());
		assertThat(this.events.of(QueueEvent.Stale.class).get(0).ids()).containsExactly(id);
		assertThat(this.events.of(QueueEvent.Settled.class)).isEmpty();
		assertThat(this.ledger.size()).isEqualTo(1);
		assertThat(this.ledger.count("crashes = 1")).isEqualTo(1);
	}

	@Test
	void fencedInstanceInterruptsItsHandlerAndRollsBack() {
		Writing writing = writing((payload, delivery, own) -> {
			if (delivery.crashes() == 0) {
				try {
					new CountDownLatch(1).await(30, TimeUnit.SECONDS);
				}
				catch (InterruptedException ex) {
					// returns as if nothing had happened
				}
			}
			return Outcome.done();
		});
		Application application = start(application(writing));
		String id = application.template().send(this.queue, "x");
		writing.deliveries.await(1);
		fenceHolder();
		writing.deliveries.await(2);
		awaitNothingLeft(application);
		assertThat(this.ledger.entries()).containsExactly(id);
		assertThat(this.ledger.count("crashes = 1")).isEqualTo(1);
	}

	@Test
	void suspectThatRunsAloneCommitsToo() {
		Writing writing = writing((payload, delivery, own) -> {
			if (delivery.crashes() < 2) {
				fenceHolder();
				new CountDownLatch(1).await(30, TimeUnit.SECONDS);
			}
			return Outcome.done();
		});
		Application application = start(application(writing));
		String id = application.template().send(this.queue, "x");
		assertThat(writing.deliveries.await(3)).extracting(Delivery::crashes).containsExactly(0, 1, 2);
		awaitNothingLeft(application);
		assertThat(this.ledger.entries()).containsExactly(id);
		assertThat(this.ledger.count("crashes = 2")).isEqualTo(1);
		assertThat(deadLetters(application)).isEmpty();
	}

	private Application.Builder notNoticingThatItIsFenced(Writing writing) {
		return application(writing).with("queue.heartbeat.interval", "60s").with("queue.heartbeat.expiry", "120s");
	}

	/**
	 * Take the instance for dead that holds the message of this test.
	 */
	private void fenceHolder() {
		assertThat(this.outside.update(
				"delete from queue.queue_consumer where id in (select consumer from queue.queue_delivery where queue = ?"
						+ " union all select consumer from queue.queue_retry where queue = ?)",
				this.queue, this.queue))
			.isEqualTo(1);
	}

	@Test
	void rescueStepsOverAMessageThatIsBeingSettledAndFindsNothingAfterwards() {
		CountDownLatch mayCommit = new CountDownLatch(1);
		Received<String> settled = new Received<>();
		Application application = start(notNoticingThatItIsFenced(writing((payload, delivery, own) -> {
			beforeCommit(() -> {
				settled.add(payload);
				assertThat(mayCommit.await(20, TimeUnit.SECONDS)).isTrue();
			});
			return Outcome.done();
		})));
		String id = application.template().send(this.queue, "x");
		settled.await(1);
		fenceHolder();
		assertThat(rescued()).isZero();
		mayCommit.countDown();
		await().until(() -> !this.events.of(QueueEvent.Settled.class).isEmpty());
		assertThat(rescued()).isZero();
		assertThat(this.ledger.entries()).containsExactly(id);
		assertThat(this.events.of(QueueEvent.Stale.class)).isEmpty();
		assertThat(application.admin().stats(this.queue, "default").pending().value()).isZero();
	}

	private long rescued() {
		return this.outside.queryForObject(
				"select coalesce(sum(rescued), 0)::bigint from queue.rescue_v1() where queue = ?", Long.class,
				this.queue);
	}

	@Test
	void processThatFreezesBetweenSettlementAndCommitLosesItsTransaction() throws Exception {
		CountDownLatch frozen = new CountDownLatch(1);
		CountDownLatch thaw = new CountDownLatch(1);
		Writing writing = writing((payload, delivery, own) -> {
			if (delivery.attempt() == 1) {
				beforeCommit(() -> {
					frozen.countDown();
					assertThat(thaw.await(20, TimeUnit.SECONDS)).isTrue();
				});
			}
			return Outcome.done();
		});
		Application application = start(application(writing));
		String id = application.template().send(this.queue, "x");
		assertThat(frozen.await(20, TimeUnit.SECONDS)).isTrue();
		await().until(() -> openSettlements() == 0);
		thaw.countDown();
		assertThat(writing.deliveries.await(2).get(1).attempt()).isEqualTo(2);
		awaitNothingLeft(application);
		assertThat(this.ledger.entries()).containsExactly(id);
		assertThat(this.events.of(QueueEvent.Stale.class)).isEmpty();
		await().until(() -> !this.events.of(QueueEvent.Failed.class).isEmpty());
		assertThat(this.events.of(QueueEvent.Failed.class)).hasSize(1);
	}

	private int openSettlements() {
		return this.outside.queryForObject("select count(*)::int from pg_stat_activity"
				+ " where state = 'idle in transaction' and query like '%settle_v1%'", Integer.class);
	}

	@Test
	void handlerThatMarksItsTransactionIsNotDone() {
		Writing writing = writing((payload, delivery, own) -> {
			if (delivery.attempt() == 1) {
				own.transactions().executeWithoutResult((status) -> status.setRollbackOnly());
			}
			return payload.equals("bury") ? Outcome.bury("no such product") : Outcome.done();
		});
		Application application = start(application(writing));
		String id = application.template().send(this.queue, "x");
		application.template().send(this.queue, "bury");
		assertThat(writing.deliveries.await(3)).extracting(Delivery::attempt).containsExactlyInAnyOrder(1, 1, 2);
		assertThat(awaitDeadLetter(application).failure().kind()).isEqualTo(Failure.Kind.BURIED);
		awaitNothingLeft(application);
		assertThat(this.ledger.entries()).containsExactly(id);
	}

	@Test
	void databaseErrorThatTheHandlerSwallowsIsAFailedAttempt() {
		Writing writing = writing((payload, delivery, own) -> {
			if (delivery.attempt() == 1) {
				assertThatThrownBy(() -> own.jdbc().execute("select 1 / 0")).isNotNull();
			}
			return Outcome.done();
		});
		Application application = start(application(writing));
		String id = application.template().send(this.queue, "x");
		assertThat(writing.deliveries.await(2)).extracting(Delivery::attempt).containsExactly(1, 2);
		awaitNothingLeft(application);
		assertThat(this.ledger.entries()).containsExactly(id);
	}

	@Test
	void commitThatTheDatabaseRefusesIsAFailedAttempt() {
		this.ledger.refuseCommits();
		Application application = start(application(writing((payload, delivery, own) -> Outcome.done()))
			.with("queue.listener.retry.max-attempts", 2));
		application.template().send(this.queue, "x");
		DeadLetter dead = awaitDeadLetter(application);
		assertThat(dead.failure().kind()).isEqualTo(Failure.Kind.EXCEPTION);
		assertThat(dead.failure().reason()).contains("refused at commit");
		assertThat(dead.attempts()).isEqualTo(2);
		awaitNothingLeft(application);
		await().until(() -> this.events.of(QueueEvent.Failed.class).size() == 2);
		assertThat(this.events.of(QueueEvent.Failed.class)).extracting(QueueEvent.Failed::last)
			.containsExactly(false, true);
		assertThat(this.ledger.size()).isZero();
	}

	@Test
	void callbackThatFailsAfterTheCommitDoesNotBringTheMessageAgain() {
		Writing writing = writing((payload, delivery, own) -> {
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void afterCommit() {
					throw new IllegalStateException("after the commit");
				}

			});
			return Outcome.done();
		});
		Application application = start(application(writing));
		String id = application.template().send(this.queue, "x");
		await().until(() -> !this.events.of(QueueEvent.Settled.class).isEmpty());
		awaitNothingLeft(application);
		assertThat(this.ledger.entries()).containsExactly(id);
		assertThat(writing.deliveries.all()).hasSize(1);
		assertThat(this.events.of(QueueEvent.Failed.class)).isEmpty();
		assertThat(this.events.of(QueueEvent.Settled.class)).extracting(QueueEvent.Settled::kind)
			.containsExactly(Kind.ACK);
	}

	@Test
	void wantOfATransactionCostsNoAttempt() {
		Writing writing = writing((payload, delivery, own) -> Outcome.done());
		Application application = start(application(writing).configuration(Reluctant.class));
		ReluctantTransactions transactions = application.bean(ReluctantTransactions.class);
		transactions.refusing.set(true);
		String id = application.template().send(this.queue, "x");
		transactions.refused.await(2);
		assertThat(writing.deliveries.all()).isEmpty();
		transactions.refusing.set(false);
		assertThat(writing.deliveries.await(1).get(0).attempt()).isEqualTo(1);
		awaitNothingLeft(application);
		assertThat(this.ledger.entries()).containsExactly(id);
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

	private static void beforeCommit(Callback callback) {
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			@Override
			public void beforeCommit(boolean readOnly) {
				try {
					callback.run();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
			}

		});
	}

	@FunctionalInterface
	private interface Callback {

		void run() throws InterruptedException;

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

	@Configuration(proxyBeanMethods = false)
	static class Reluctant {

		@Bean
		PlatformTransactionManager transactionManager(DataSource dataSource) {
			return new ReluctantTransactions(dataSource);
		}

	}

	/**
	 * As with a pool that is empty.
	 */
	static final class ReluctantTransactions extends JdbcTransactionManager {

		private static final long serialVersionUID = 1L;

		final transient AtomicBoolean refusing = new AtomicBoolean();

		final transient Received<String> refused = new Received<>();

		ReluctantTransactions(DataSource dataSource) {
			super(dataSource);
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
			if (this.refusing.get()) {
				this.refused.add("refused");
				throw new CannotCreateTransactionException("no connection");
			}
			super.doBegin(transaction, definition);
		}

	}

}
