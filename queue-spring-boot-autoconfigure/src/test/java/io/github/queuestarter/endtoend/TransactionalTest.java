package io.github.queuestarter.endtoend;

import java.util.List;

import io.github.queuestarter.DeadLetter;
import io.github.queuestarter.PageRequest;
import io.github.queuestarter.testing.TestPostgres;
import io.github.queuestarter.testing.TestServers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Gives a test of transactional listeners a ledger.
 */
abstract class TransactionalTest extends EndToEndTest {

	/**
	 * Connections that no application knows.
	 */
	final JdbcTemplate outside = outside();

	final Ledger ledger = new Ledger(this.outside, this.queue);

	final Events events = new Events();

	@Override
	Backend backend() {
		return Backend.postgres(TestServers.postgres());
	}

	private static JdbcTemplate outside() {
		TestPostgres postgres = TestServers.postgres();
		return new JdbcTemplate(new DriverManagerDataSource(postgres.jdbcUrl(), String.valueOf(postgres.username()),
				String.valueOf(postgres.password())));
	}

	@BeforeEach
	void createLedger() {
		this.ledger.create();
	}

	@AfterEach
	@Override
	void closeWhatWasStarted() {
		super.closeWhatWasStarted();
		this.ledger.drop();
	}

	final Writing writing(Writing.Step step) {
		return new Writing(this.queue, step);
	}

	/**
	 * An application whose events are seen.
	 */
	final Application.Builder application(Object listener) {
		return application().listener(listener).listener(this.events);
	}

	final void awaitNothingLeft(Application application) {
		await().until(() -> isDone(application, this.queue));
	}

	final DeadLetter awaitDeadLetter(Application application) {
		await().until(() -> deadLetters(application).size() == 1);
		return deadLetters(application).get(0);
	}

	final List<DeadLetter> deadLetters(Application application) {
		return application.admin().deadLetters(this.queue, "default", PageRequest.first(10)).deadLetters();
	}

	static void beforeCommit(Callback callback) {
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
	interface Callback {

		void run() throws InterruptedException;

	}

}
