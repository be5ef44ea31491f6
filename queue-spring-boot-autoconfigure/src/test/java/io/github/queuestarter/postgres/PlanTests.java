package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * On tables that were filled without being analysed, no statement on the way of a message
 * starts the JIT compiler or reads more than a few times the batch.
 */
class PlanTests {

	private static final int BACKLOG = 100_000;

	private static final int BATCH = 100;

	private static final Pattern ROWS = Pattern.compile("actual time=[0-9.]+ rows=([0-9.]+) loops=([0-9]+)");

	private static final Pattern FILTERED = Pattern.compile("Rows Removed by [A-Za-z ]+: ([0-9]+)");

	private static final String SCHEMA = Databases.newSchema();

	private static HikariDataSource pool;

	@BeforeAll
	static void fill() throws Exception {
		pool = Databases.pool();
		new PostgresStore(pool, Databases.dedicated(), Databases.settings(SCHEMA), (event) -> {
		}).initialize();
		run("alter table queue_message set (autovacuum_enabled = false)",
				"alter table queue_retry set (autovacuum_enabled = false)",
				"alter table queue_delivery set (autovacuum_enabled = false)",
				"alter table queue_scheduled set (autovacuum_enabled = false)",
				"insert into queue_consumer (id) values ('me')", fillQueue("orders"), fillQueue("other"),
				"select create_group_v1('orders', 'billing', 'earliest', 'app')",
				"select create_group_v1('orders', 'shipping', 'earliest', 'app')",
				"insert into queue_retry (queue, group_name, due, xid, message)"
						+ " select m.queue, 'billing', clock_timestamp() - interval '1 s', m.xid, m.id"
						+ " from queue_message m",
				"insert into queue_scheduled (due, queue, payload)"
						+ " select clock_timestamp() - interval '1 s', 'orders', '{}' from generate_series(1, "
						+ BACKLOG + ")");
	}

	@AfterAll
	static void close() {
		pool.close();
	}

	@Test
	void claimReadsABatch() throws Exception {
		assertCheap("select * from claim_v1('orders', 'billing', 'me', " + BATCH + ")");
	}

	@Test
	void dueClaimReadsABatch() throws Exception {
		assertCheap("select * from due_v1('{orders}', '{billing}', '{me}', '{" + BATCH + "}', '{10}', '{-infinity}')");
	}

	@Test
	void promotionReadsABatch() throws Exception {
		assertCheap("select * from promote_v1('-infinity', " + BATCH + ")");
	}

	@Test
	void retentionReadsABatch() throws Exception {
		assertCheap("select * from remove_finished_v1('orders', '0', '0', 0, " + BATCH + ")");
	}

	@Test
	void rescueReadsWhatIsHeld() throws Exception {
		assertCheap("select * from rescue_v1()");
	}

	@Test
	void settlingReadsTheBatch() throws Exception {
		for (int i = 0; i < 20; i++) {
			run("select * from claim_v1('orders', 'shipping', 'me', " + BATCH + ")");
		}
		String items = "from (select d.id as delivery, u.message from queue_delivery d, unnest(d.ids) u (message)"
				+ " where d.group_name = 'shipping' and d.id = (select max(id) from queue_delivery"
				+ " where group_name = 'shipping') order by u.message limit " + BATCH / 2 + ") s";
		run("create table settled as select array_agg(s.delivery) as deliveries, array_agg(s.message) as messages, "
				+ "array_agg(null::bigint) as none, array_agg(null::int) as no_claims, "
				+ "array_agg('r'::\"char\") as kinds, array_agg(0::bigint) as waits " + items);
		assertCheap("select settle_v1('me', 'orders', 'shipping', deliveries[1:1], array[" + BATCH / 2
				+ "], deliveries, messages, none, no_claims, kinds, waits, null, null, null, null, null) from settled");
	}

	private static String fillQueue(String name) {
		return "insert into queue_message (queue, payload) select '" + name + "', '{}' from generate_series(1, "
				+ BACKLOG + ")";
	}

	private static void assertCheap(String sql) throws SQLException {
		String plans = String.join("\n",
				run("load 'auto_explain'", "set auto_explain.log_min_duration = 0",
						"set auto_explain.log_nested_statements = on", "set auto_explain.log_analyze = on",
						"set auto_explain.log_level = notice", sql));
		assertThat(plans).contains("Query Text").doesNotContain("JIT:").doesNotContain("Bitmap");
		Matcher rows = ROWS.matcher(plans);
		while (rows.find()) {
			assertThat(Double.parseDouble(rows.group(1)) * Long.parseLong(rows.group(2))).as(plans)
				.isLessThanOrEqualTo(5 * BATCH);
		}
		Matcher filtered = FILTERED.matcher(plans);
		while (filtered.find()) {
			assertThat(Long.parseLong(filtered.group(1))).as(plans).isLessThanOrEqualTo(5 * BATCH);
		}
	}

	/**
	 * Run statements in one session.
	 * @return the notices
	 */
	private static List<String> run(String... statements) throws SQLException {
		List<String> notices = new ArrayList<>();
		try (Connection connection = Databases.dedicated().getConnection();
				Statement statement = connection.createStatement()) {
			statement.execute("set search_path = \"" + SCHEMA + "\"");
			for (String sql : statements) {
				statement.execute(sql);
				for (SQLWarning notice = statement.getWarnings(); notice != null; notice = notice.getNextWarning()) {
					notices.add(notice.getMessage());
				}
			}
		}
		return notices;
	}

}
