package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

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
			statement.execute("select " + function("queue_send") + "('orders', '{}')");
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement
				.execute("select " + function("create_group_v1") + "('orders', 'g', 'earliest', 'app')"));
			connection.rollback();
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
