package io.github.queuestarter.endtoend;

import java.util.concurrent.atomic.AtomicBoolean;

import javax.sql.DataSource;

import io.github.queuestarter.DeadLetter;
import io.github.queuestarter.Delivery;
import io.github.queuestarter.Failure;
import io.github.queuestarter.Outcome;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueEvent.Settled.Kind;
import org.junit.jupiter.api.Test;

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
 * A transaction that does not begin, or does not end as its handler has.
 */
class PostgresFailedCommitTests extends TransactionalTest {

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
