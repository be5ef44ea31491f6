package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a claim brings at once, and what it does when another one is at it.
 */
class ClaimTests {

	private static final int MEGABYTE = 1024 * 1024;

	private final String schema = Databases.newSchema();

	private HikariDataSource pool;

	private TestInstance app;

	private Connection connection;

	@BeforeEach
	void open() throws Exception {
		this.pool = Databases.pool();
		this.app = new TestInstance(this.pool, Databases.settings(this.schema));
		this.connection = connect();
		run("select create_group_v1('orders', 'billing', 'earliest', 'app')");
	}

	@AfterEach
	void close() throws Exception {
		this.connection.close();
		this.app.close();
		this.pool.close();
	}

	@Test
	void messagesThatAreTooLargeForOneAnswerComeInSeveralAndNoneIsSkipped() throws Exception {
		try (Connection running = connect()) {
			// so that there are several stretches, and messages behind the one that is
			// cut
			send(30, MEGABYTE);
			running.setAutoCommit(false);
			execute(running, "select pg_current_xact_id()");
			send(7, MEGABYTE);
			send(1, 20 * MEGABYTE);
			send(3, 10);
			List<Long> claimed = new ArrayList<>();
			List<Long> batch;
			do {
				batch = claim(100);
				assertThat(batch.size()).as("as many as fit into 16 MB, or a single one").isLessThanOrEqualTo(16);
				claimed.addAll(batch);
			}
			while (!batch.isEmpty());
			assertThat(claimed).containsExactlyElementsOf(numbers("select id from queue_message order by xid, id"))
				.hasSize(41);
			running.rollback();
		}
	}

	@Test
	void claimStandsInLineForAWhileAndThenLeaves() throws Exception {
		send(5, 10);
		try (Connection other = connect()) {
			other.setAutoCommit(false);
			execute(other, claimSql(1));
			long began = System.nanoTime();
			assertThat(outcome()).isEqualTo("busy");
			assertThat(System.nanoTime() - began).isGreaterThan(15_000_000);
			run("begin; set local lock_timeout = '7s'");
			assertThat(outcome()).isEqualTo("busy");
			assertThat(text("show lock_timeout")).isEqualTo("7s");
			run("rollback");
			other.commit();
			assertThat(outcome()).isEqualTo("messages");
		}
	}

	@Test
	void whatABatchHoldsIsKeptAsItIs() throws Exception {
		send(400, 10);
		assertThat(claim(400)).hasSize(400);
		assertThat(numbers("select count(*) from queue_delivery d where pg_column_compression(d.ids) is null"
				+ " and pg_column_compression(d.xids) is null and pg_column_size(d.ids) > 3200"))
			.containsExactly(1L);
		assertThat(numbers("select pg_relation_size(c.reltoastrelid) from pg_class c"
				+ " where c.oid = 'queue_delivery'::regclass"))
			.containsExactly(0L);
	}

	private void send(int count, int size) throws SQLException {
		run("insert into queue_message (queue, payload) select 'orders', repeat('x', " + size
				+ ") from generate_series(1, " + count + ")");
	}

	private List<Long> claim(int most) throws SQLException {
		return numbers("select id from (" + claimSql(most) + ") c where outcome is null");
	}

	private String outcome() throws SQLException {
		return text("select outcome from (" + claimSql(10) + ") c where outcome is not null");
	}

	private String claimSql(int most) {
		return "select * from claim_v2('orders', 'billing', '" + this.app.consumer() + "', " + most + ", false)";
	}

	private Connection connect() throws SQLException {
		Connection connection = Databases.dedicated().getConnection();
		execute(connection, "set search_path = \"" + this.schema + "\"");
		return connection;
	}

	private void run(String sql) throws SQLException {
		execute(this.connection, sql);
	}

	private static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private List<Long> numbers(String sql) throws SQLException {
		List<Long> numbers = new ArrayList<>();
		try (Statement statement = this.connection.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
			while (rows.next()) {
				numbers.add(rows.getLong(1));
			}
		}
		return numbers;
	}

	private String text(String sql) throws SQLException {
		try (Statement statement = this.connection.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getString(1);
		}
	}

}
