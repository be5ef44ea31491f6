package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The store brings its connections into the state that it needs, whatever the pool's
 * defaults are, and its functions refuse what would lose messages.
 */
class PoolDefaultsTests {

	private final String schema = Databases.newSchema();

	@Test
	void poolWithOtherDefaultsWorksAndGetsItsConnectionsBackAsTheyWere() throws Exception {
		HikariConfig config = Databases.config();
		config.setAutoCommit(false);
		config.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
		config.setMaximumPoolSize(3);
		try (HikariDataSource pool = new HikariDataSource(config)) {
			assertMessagesPass(pool);
			try (Connection connection = pool.getConnection()) {
				assertThat(connection.getAutoCommit()).isFalse();
				assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_REPEATABLE_READ);
			}
		}
	}

	@Test
	void connectionsThatTurnToAnotherIsolationLaterWork() throws Exception {
		HikariConfig config = Databases.config();
		config.setMaximumPoolSize(1);
		try (HikariDataSource pool = new HikariDataSource(config)) {
			assertMessagesPass(pool);
			try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
				statement.execute("set session characteristics as transaction isolation level repeatable read");
			}
			assertMessagesPass(pool);
		}
	}

	@Test
	void claimRefusesToBePartOfATransactionThatHasWritten() throws Exception {
		try (HikariDataSource pool = Databases.pool();
				TestInstance app = new TestInstance(pool, Databases.settings(this.schema));
				Connection connection = pool.getConnection();
				Statement statement = connection.createStatement()) {
			connection.setAutoCommit(false);
			statement.execute("select " + function("queue_send") + "('orders', '{}')");
			assertThatExceptionOfType(SQLException.class)
				.isThrownBy(
						() -> statement.execute("select " + function("claim_v2") + "('orders', 'g', 'c', 1, false)"))
				.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("QS002"));
			connection.rollback();
		}
	}

	/**
	 * All that keep a snapshot, or act on what one of them shows.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "create_group_v1('orders', 'g', 'earliest', 'app')",
			"rewind_v1('orders', 'billing', 'earliest')", "reader_start_v1('orders', 'earliest')",
			"read_v1('orders', '1', '1:1:', '0', 0, 1)", "check_home_v1()", "rebase_begin_v1()",
			"rebase_queue_v1('orders', 1)", "rebase_end_v1()" })
	void whatKeepsASnapshotRefusesToBePartOfATransactionThatHasWritten(String call) throws Exception {
		try (HikariDataSource pool = Databases.pool();
				TestInstance app = new TestInstance(pool, Databases.settings(this.schema));
				Connection connection = pool.getConnection();
				Statement statement = connection.createStatement()) {
			app.listen("orders", "billing", 10, new ConcurrentHashMap<>());
			Awaitility.await().until(() -> app.store().administration().groups("orders").contains("billing"));
			connection.setAutoCommit(false);
			statement.execute("select " + function("queue_send") + "('orders', '{}')");
			assertThatExceptionOfType(SQLException.class)
				.isThrownBy(() -> statement.execute("select " + function(call)))
				.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("QS002"));
			connection.rollback();
		}
	}

	/**
	 * A pool puts its connections right by itself, and a single connection does not.
	 */
	@Test
	void connectionIsGivenBackAsItWas() throws Exception {
		try (Connection raw = Databases.dedicated().getConnection()) {
			raw.setAutoCommit(false);
			raw.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
			raw.setNetworkTimeout(Runnable::run, 4711);
			SingleConnectionDataSource single = new SingleConnectionDataSource(raw, true);
			try (BorrowedConnection borrowed = BorrowedConnection.from(single, Duration.ofSeconds(9), true)) {
				assertThat(raw.getAutoCommit()).isTrue();
				assertThat(raw.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
				assertThat(raw.getNetworkTimeout()).isEqualTo(9000);
				assertThat(borrowed.hadOtherIsolation()).isTrue();
			}
			assertThat(raw.getAutoCommit()).isFalse();
			assertThat(raw.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
			assertThat(raw.getNetworkTimeout()).isEqualTo(4711);
		}
	}

	@Test
	void tablesOfTheSameNameInFrontOfTheQueuesOwnAreNotTaken() throws Exception {
		try (HikariDataSource pool = Databases.pool();
				TestInstance app = new TestInstance(pool, Databases.settings(this.schema));
				Connection connection = pool.getConnection();
				Statement statement = connection.createStatement()) {
			statement.execute("create temporary table queue_message (like " + function("queue_message") + ")");
			statement.execute("select " + function("queue_send") + "('orders', '{}')");
			try (ResultSet rows = statement.executeQuery("select (select count(*) from pg_temp.queue_message),"
					+ " (select count(*) from " + function("queue_message") + ")")) {
				rows.next();
				assertThat(rows.getInt(1)).isZero();
				assertThat(rows.getInt(2)).isEqualTo(1);
			}
			statement.execute("drop table pg_temp.queue_message");
		}
	}

	@Test
	void functionsRefuseAnotherIsolation() throws Exception {
		try (HikariDataSource pool = Databases.pool();
				TestInstance app = new TestInstance(pool, Databases.settings(this.schema));
				Connection connection = pool.getConnection();
				Statement statement = connection.createStatement()) {
			connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
			for (String call : new String[] { "claim_v2('orders', 'g', 'c', 1, false)", "rescue_v1()",
					"retire_v1('c')" }) {
				assertThatExceptionOfType(SQLException.class)
					.isThrownBy(() -> statement.execute("select \"" + this.schema + "\"." + call))
					.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("QS001"));
			}
		}
	}

	private String function(String name) {
		return "\"" + this.schema + "\"." + name;
	}

	private void assertMessagesPass(HikariDataSource pool) throws InterruptedException {
		try (TestInstance app = new TestInstance(pool, Databases.settings(this.schema))) {
			Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
			AckingSink sink = app.listen("orders", "billing", 10, received);
			var ids = app.send(false, "orders", "a", "b", "c");
			Awaitility.await().until(() -> received.keySet().containsAll(ids));
			assertThat(sink.failure()).isNull();
			assertThat(sink.failedPolls()).isZero();
		}
	}

}
