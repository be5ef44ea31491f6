package io.github.queuestarter.postgres;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.QueueException;
import io.github.queuestarter.postgres.PostgresStore.Settings;
import io.github.queuestarter.postgres.PostgresStore.UnjoinedTransaction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A send becomes part of the caller's transaction exactly when that is on the queue's
 * database.
 */
class CallerTransactionTests {

	private static HikariDataSource pool;

	private static HikariDataSource otherPool;

	private final Settings settings = Databases.settings(Databases.newSchema());

	@BeforeAll
	static void openPools() {
		pool = Databases.pool();
		HikariConfig config = Databases.config();
		config.setAutoCommit(false);
		otherPool = new HikariDataSource(config);
	}

	@AfterAll
	static void closePools() {
		pool.close();
		otherPool.close();
	}

	@Test
	void sendIsCommittedWithTheTransaction() throws Exception {
		assertJoins(pool, pool);
	}

	@Test
	void proxiesOfTheSameDataSourceJoin() throws Exception {
		assertJoins(new LazyConnectionDataSourceProxy(pool), pool);
		assertJoins(pool, new LazyConnectionDataSourceProxy(pool));
		assertJoins(new TransactionAwareDataSourceProxy(pool), pool);
		LazyConnectionDataSourceProxy lazy = new LazyConnectionDataSourceProxy(pool);
		assertJoins(new TransactionAwareDataSourceProxy(lazy), lazy);
	}

	@Test
	void poolWithoutAutoCommitJoins() throws Exception {
		assertJoins(otherPool, otherPool);
	}

	@Test
	void unjoinedSendIsStoredWhateverBecomesOfTheTransaction() throws Exception {
		try (TestInstance app = new TestInstance(pool, this.settings)) {
			transaction(pool).executeWithoutResult((status) -> {
				app.send(false, "orders", "text");
				status.setRollbackOnly();
			});
			assertThat(app.store().administration().queues()).containsExactly("orders");
		}
	}

	@Test
	void transactionOnAnotherDataSourceIsNotJoined() throws Exception {
		try (TestInstance app = new TestInstance(pool, this.settings)) {
			transaction(otherPool)
				.executeWithoutResult((status) -> assertThat(app.store().appender().joinsTransaction()).isFalse());
		}
	}

	@Test
	void connectionThatIsOnlyUsedInAnotherTransactionIsNotJoined() throws Exception {
		try (TestInstance app = new TestInstance(otherPool, this.settings)) {
			transaction(pool).executeWithoutResult((status) -> {
				// Binds a connection that nobody commits
				new JdbcTemplate(otherPool).queryForObject("select 1", Integer.class);
				assertThat(app.store().appender().joinsTransaction()).isFalse();
			});
		}
	}

	@Test
	void unjoinedTransactionFailsIfToldSo() throws Exception {
		Settings failing = new Settings(this.settings.schema(), this.settings.initializeSchema(),
				this.settings.pollInterval(), UnjoinedTransaction.FAIL, 100, this.settings.reconcileInterval(),
				this.settings.networkTimeout(), this.settings.heartbeatTimeout(), this.settings.heartbeatExpiry(),
				true);
		try (TestInstance app = new TestInstance(pool, failing)) {
			assertThat(app.store().appender().joinsTransaction()).isFalse();
			transaction(pool)
				.executeWithoutResult((status) -> assertThat(app.store().appender().joinsTransaction()).isTrue());
			transaction(otherPool).executeWithoutResult((status) -> assertThatExceptionOfType(QueueException.class)
				.isThrownBy(() -> app.store().appender().joinsTransaction())
				.withMessageContaining("queue.postgres.unjoined-transaction"));
		}
	}

	private void assertJoins(DataSource ofStore, DataSource ofTransactions) throws Exception {
		String queue = "orders" + System.nanoTime();
		Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
		try (TestInstance app = new TestInstance(ofStore, this.settings)) {
			app.listen(queue, "billing", 10, received);
			assertThat(app.store().appender().joinsTransaction()).isFalse();
			transaction(ofTransactions).executeWithoutResult((status) -> {
				assertThat(app.store().appender().joinsTransaction()).isTrue();
				app.send(true, queue, "rolled back");
				status.setRollbackOnly();
			});
			String[] id = new String[1];
			transaction(ofTransactions).executeWithoutResult((status) -> {
				id[0] = app.send(true, queue, "committed").get(0);
				// The store's own statements are not part of it
				assertThat(app.store().administration().queues()).doesNotContain(queue + "-none");
			});
			Awaitility.await().until(() -> received.containsKey(id[0]));
			assertThat(received.keySet()).isEqualTo(Set.of(id[0]));
		}
	}

	private static TransactionTemplate transaction(DataSource dataSource) {
		return new TransactionTemplate(new DataSourceTransactionManager(dataSource));
	}

}
