package io.github.queuestarter.endtoend;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.QueueException;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.autoconfigure.QueueDataSource;
import io.github.queuestarter.testing.TestPostgres;
import io.github.queuestarter.testing.TestServers;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Queues that have a database of their own.
 */
class QueueDataSourceTests extends EndToEndTest {

	private static TestPostgres database;

	private final String schema = "queue " + UUID.randomUUID();

	private final Texts texts = new Texts();

	@BeforeAll
	static void createDatabase() {
		database = TestServers.postgres().newDatabase();
	}

	@Override
	Backend backend() {
		return Backend.postgres(TestServers.postgres());
	}

	private Application.Builder withOwnDatabase() {
		return application().listener(this.texts)
			.configuration(OwnDatabase.class)
			.with("queue.postgres.schema", this.schema);
	}

	@Test
	void tablesAreInTheMarkedDatabaseOnly() {
		Application application = start(withOwnDatabase());
		String sql = "select count(*) from pg_namespace where nspname = ?";
		assertThat(JdbcClient.create(application.bean(DataSource.class))
			.sql(sql)
			.param(this.schema)
			.query(Long.class)
			.single()).isZero();
		assertThat(JdbcClient.create(queueDatabase(application)).sql(sql).param(this.schema).query(Long.class).single())
			.isEqualTo(1);
		application.template().send(this.queue, "x");
		assertThat(this.texts.received.await(1)).containsExactly("x");
	}

	@Test
	void sendInsideABusinessTransactionHappensAfterItsCommit() {
		Application application = start(withOwnDatabase());
		business(application).executeWithoutResult((status) -> {
			application.template().send(this.queue, "rolled back");
			status.setRollbackOnly();
		});
		business(application).executeWithoutResult((status) -> {
			application.template().send(this.queue, "committed");
			assertThat(stored(application)).isZero();
		});
		assertThat(this.texts.received.await(1)).containsExactly("committed");
	}

	@Test
	void sendInsideATransactionOfTheQueueIsPartOfIt() {
		Application application = start(withOwnDatabase());
		queues(application).executeWithoutResult((status) -> {
			application.template().send(this.queue, "rolled back");
			status.setRollbackOnly();
		});
		queues(application).executeWithoutResult((status) -> {
			application.template().send(this.queue, "committed");
			assertThat(storedAsThisTransactionSees(application)).isEqualTo(1);
			assertThat(stored(application)).isZero();
		});
		assertThat(this.texts.received.await(1)).containsExactly("committed");
	}

	@Test
	void sendFromACallbackAfterTheCommitOfATransactionThatTheApplicationManagesArrives() {
		Application application = start(withOwnDatabase());
		queues(application).executeWithoutResult(
				(status) -> TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void afterCommit() {
						application.template().send(QueueDataSourceTests.this.queue, "after commit");
					}

				}));
		assertThat(this.texts.received.await(1)).containsExactly("after commit");
	}

	@Test
	void sendInsideABusinessTransactionMayBeForbidden() {
		Application application = start(withOwnDatabase().with("queue.postgres.unjoined-transaction", "fail"));
		business(application).executeWithoutResult((status) -> assertThatExceptionOfType(QueueException.class)
			.isThrownBy(() -> application.template().send(this.queue, "x"))
			.withMessageContaining("queue.postgres.unjoined-transaction"));
	}

	private long stored(Application application) {
		// another connection than that of the transaction
		try (Connection connection = queueDatabase(application).getConnection();
				Statement statement = connection.createStatement();
				var rows = statement.executeQuery(count())) {
			rows.next();
			return rows.getLong(1);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private long storedAsThisTransactionSees(Application application) {
		return JdbcClient.create(queueDatabase(application)).sql(count()).query(Long.class).single();
	}

	private String count() {
		return "select count(*) from \"%s\".queue_message where queue = '%s' and payload = 'committed'"
			.formatted(this.schema, this.queue);
	}

	private static DataSource queueDatabase(Application application) {
		return application.context().getBean("queueDatabase", DataSource.class);
	}

	private static TransactionTemplate business(Application application) {
		return new TransactionTemplate(application.bean(PlatformTransactionManager.class));
	}

	private static TransactionTemplate queues(Application application) {
		return new TransactionTemplate(
				application.context().getBean("queueTransactions", PlatformTransactionManager.class));
	}

	static final class Texts {

		final Received<String> received = new Received<>();

		@QueueListener("${test.queue}")
		void on(String text) {
			this.received.add(text);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnDatabase {

		@Bean(defaultCandidate = false)
		@QueueDataSource
		HikariDataSource queueDatabase() {
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl(database.jdbcUrl());
			pool.setUsername(database.username());
			pool.setPassword(database.password());
			pool.setMaximumPoolSize(5);
			// what is not committed when a connection comes back is lost
			pool.setAutoCommit(false);
			return pool;
		}

		@Bean(defaultCandidate = false)
		PlatformTransactionManager queueTransactions(@Qualifier("queueDatabase") DataSource queueDatabase) {
			return new DataSourceTransactionManager(queueDatabase);
		}

	}

}
