package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import com.zaxxer.hikari.HikariDataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a group has still to get, whichever transactions ran when it last claimed.
 */
class ReadyCountTests {

	@AutoClose
	private static final HikariDataSource pool = Databases.pool();

	private final String schema = Databases.newSchema();

	private final Plans sql = new Plans(this.schema, 100);

	ReadyCountTests() throws SQLException {
		new PostgresStore(pool, Databases.dedicated(), Databases.settings(this.schema), (event) -> {
		}).initialize();
		this.sql.run("insert into queue_consumer (id) values ('me')",
				"select create_group_v1('orders', 'billing', 'earliest', 'app')");
	}

	/**
	 * The pages of the index end somewhere among the messages of one transaction and of
	 * the next. Postgres 17 judges a page by its last row, and may forget a bound.
	 */
	@Test
	void countsWhatATransactionSentThatCommitsLate() throws Exception {
		for (int size = 50; size < 350; size += 20) {
			try (Connection running = running(size)) {
				this.sql.run(send(100), claim(10));
				running.commit();
			}
			assertReady(size + 90);
			claimAll();
		}
	}

	/**
	 * The first transaction that a snapshot does not know may be at work already. It is
	 * another one where somebody else was quicker, and a known one if a claim took long.
	 */
	@Test
	void countsWhatTheNextTransactionSent() {
		Awaitility.await().until(this::wasTheNextOne);
	}

	private boolean wasTheNextOne() throws SQLException {
		boolean next;
		this.sql.run(send(3));
		try (Connection running = running(20); Statement statement = running.createStatement()) {
			claimAll();
			try (ResultSet row = statement.executeQuery("select exists (select from queue_cursor c"
					+ " where pg_snapshot_xmax(c.head) = pg_current_xact_id())")) {
				next = row.next() && row.getBoolean(1);
			}
			running.commit();
		}
		assertReady(20);
		claimAll();
		return next;
	}

	private void assertReady(int messages) throws SQLException {
		assertThat(this.sql.value("select ready from stats_v1('{orders}', 1000)")).isEqualTo("" + messages);
		assertThat(this.sql.value("select oldest_ready_v1('orders', 'billing')"))
			.isEqualTo(this.sql.value("select min(m.sent_at) from queue_message m"
					+ " where not exists (select from queue_delivery d where m.id = any (d.ids))"));
	}

	private void claimAll() throws SQLException {
		this.sql.run("do $$ declare n int; begin loop"
				+ " select count(*) into n from claim_v2('orders', 'billing', 'me', 1000, false);"
				+ " commit; exit when n = 1; end loop; end $$");
		assertThat(this.sql.value("select ready from stats_v1('{orders}', 1000)")).isEqualTo("0");
	}

	private Connection running(int messages) throws SQLException {
		Connection connection = Databases.dedicated().getConnection();
		connection.setAutoCommit(false);
		try (Statement statement = connection.createStatement()) {
			statement.execute("set search_path = \"" + this.schema + "\"");
			statement.execute(send(messages));
		}
		return connection;
	}

	private static String send(int messages) {
		return "insert into queue_message (queue, payload) select 'orders', '{}' from generate_series(1, " + messages
				+ ")";
	}

	private static String claim(int messages) {
		return "select * from claim_v2('orders', 'billing', 'me', " + messages + ", false)";
	}

}
