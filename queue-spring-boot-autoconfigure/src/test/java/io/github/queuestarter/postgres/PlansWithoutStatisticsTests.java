package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is read of tables of which Postgres knows nothing yet.
 */
class PlansWithoutStatisticsTests {

	private static final int BATCH = 500;

	private static final String CLAIM = "select count(*) from claim_v2('orders', 'billing', 'me', " + BATCH
			+ ", false)";

	private static final String TEXT = "x".repeat(200);

	@AutoClose
	private static final HikariDataSource pool = Databases.pool();

	private final Plans plans;

	PlansWithoutStatisticsTests() throws SQLException {
		String schema = Databases.newSchema();
		new PostgresStore(pool, Databases.dedicated(), Databases.settings(schema), (event) -> {
		}).initialize();
		this.plans = new Plans(schema, BATCH);
		this.plans.run("alter table queue_message set (autovacuum_enabled = false)",
				"alter table queue_cursor set (autovacuum_enabled = false)",
				"alter table queue_delivery set (autovacuum_enabled = false)",
				"insert into queue_consumer (id) values ('me')",
				"select create_group_v1('orders', 'billing', 'earliest', 'app')");
	}

	@Test
	void claimReadsABatch() throws Exception {
		fill(400, TEXT);
		this.plans.assertReadsFew(CLAIM);
		this.plans.assertReadsFew(CLAIM);
	}

	/**
	 * What was handled and removed stays where it was, as somebody may still want to see
	 * it.
	 */
	@Test
	void claimsUnderAHeldSnapshotReadNoMoreThanTheFirstOnes() throws Exception {
		fill(120, TEXT);
		long first = this.plans.pagesOfAll(CLAIM);
		try (Connection holding = Databases.dedicated().getConnection();
				Statement statement = holding.createStatement()) {
			holding.setAutoCommit(false);
			holding.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
			statement.execute("select pg_current_snapshot()");
			this.plans.run("do $$ begin for i in 1..100 loop perform claim_v2('orders', 'billing', 'me', " + BATCH
					+ ", false); commit; delete from queue_delivery; commit;"
					+ " perform remove_finished_v2('orders', '0', null, null, null, false, '7 d', '0', 0, " + BATCH
					+ "); commit; end loop; end $$");
			assertThat(left()).isEqualTo(20 * BATCH);
			assertThat(this.plans.pagesOfAll(CLAIM)).isLessThan(first + first / 4);
			holding.rollback();
		}
	}

	@Test
	void retentionDoesNotCompareEachMessageWithAllThatAreInFlight() throws Exception {
		fill(6, "{}");
		for (int i = 0; i < 4; i++) {
			this.plans.run(CLAIM);
		}
		this.plans.run("delete from queue_delivery where id = (select min(id) from queue_delivery)");
		this.plans
			.assertReadsFew("select * from remove_finished_v2('orders', '0', null, null, null, false, '7 d', '0', 0, "
					+ 2 * BATCH + ")");
		assertThat(left()).isEqualTo(5 * BATCH);
	}

	@Test
	void countsStopAtTheCap() throws Exception {
		this.plans.run("insert into queue_message (queue, payload) values ('orders', '{}')", CLAIM);
		try (Connection running = Databases.dedicated().getConnection(); Statement sends = running.createStatement()) {
			running.setAutoCommit(false);
			sends.execute("select pg_current_xact_id()");
			fill(1, "{}");
			this.plans.run(CLAIM);
			fill(400, "{}");
			this.plans.assertReadsFew("select * from stats_v1('{orders}', " + BATCH + ")");
			this.plans.assertReadsFew("select oldest_ready_v1('orders', 'billing')");
			running.rollback();
		}
	}

	private void fill(int batches, String payload) throws SQLException {
		this.plans.run("insert into queue_message (queue, payload) select 'orders', '" + payload
				+ "' from generate_series(1, " + batches * BATCH + ")");
	}

	private int left() throws SQLException {
		return Integer.parseInt(this.plans.value("select count(*) from queue_message"));
	}

}
