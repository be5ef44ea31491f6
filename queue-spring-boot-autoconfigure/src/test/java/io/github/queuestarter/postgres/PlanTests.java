package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * On tables that were never analysed, or were while the queue was a small one among many,
 * no statement on the way of a message starts the JIT compiler or reads more than a few
 * times the batch.
 */
class PlanTests {

	private static final int BACKLOG = 200_000;

	private static final int BATCH = 500;

	private static final String CLAIM = "select count(*) from claim_v2('orders', 'billing', 'me', " + BATCH
			+ ", false)";

	private static final int CROWD = 20_000;

	private static final Map<String, String> PLANNER_SETTINGS = Map.of("enable_bitmapscan", "off", "enable_seqscan",
			"off", "enable_sort", "off", "plan_cache_mode", "force_generic_plan");

	private static final Pattern ROWS = Pattern.compile("actual time=[0-9.]+ rows=([0-9.]+) loops=([0-9]+)");

	private static final Pattern FILTERED = Pattern.compile("Rows Removed by [A-Za-z ]+: ([0-9]+)");

	private static final Pattern PAGES = Pattern.compile("Buffers: shared hit=([0-9]+)");

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
				"alter table queue_dead_letter set (autovacuum_enabled = false)",
				"insert into queue_consumer (id) values ('me')",
				// The statistics that lead astray: a queue that was small among many
				"insert into queue_message (queue, payload) select case when g % 500 = 0 then 'orders' else 'q'"
						+ " || g % 997 end, repeat('x', 200) from generate_series(1, " + CROWD
						+ ") g order by random()",
				"select create_group_v1('orders', 'billing', 'earliest', 'app')",
				"select create_group_v1('orders', 'shipping', 'earliest', 'app')",
				"insert into queue_retry (queue, group_name, due, xid, message)"
						+ " select m.queue, 'billing', clock_timestamp() - interval '1 s', m.xid, m.id"
						+ " from queue_message m order by random()",
				"analyze queue_message, queue_retry", fillQueue("orders"),
				"insert into queue_retry (queue, group_name, due, xid, message)"
						+ " select m.queue, 'billing', clock_timestamp() - interval '1 s', m.xid, m.id"
						+ " from queue_message m where m.queue = 'orders' and m.id > " + CROWD,
				"insert into queue_scheduled (due, queue, payload)"
						+ " select clock_timestamp() - interval '1 s', 'orders', '{}' from generate_series(1, "
						+ BACKLOG + ")",
				"insert into queue_dead_letter (queue, group_name, message_id, sent_at, payload, attempts, crashes,"
						+ " first_failure_at, last_failure_at, kind, reason) select 'orders', 'billing',"
						+ " gen_random_uuid(), now(), '{}', 1, 0, now(), now(), 'EXCEPTION', '' from generate_series(1, "
						+ BACKLOG + ")");
	}

	@AfterAll
	static void close() {
		pool.close();
	}

	@Test
	void claimReadsABatch() throws Exception {
		assertCheap("select * from claim_v2('orders', 'billing', 'me', " + BATCH + ", false)");
		assertCheap("select * from claim_v2('orders', 'billing', 'me', " + BATCH + ", true)");
	}

	@Test
	void whatWasClaimedInLineIsReadAsBatch() throws Exception {
		run("select * from claim_v2('orders', 'billing', 'me', " + BATCH + ", false)");
		String place = run("do $$ declare d queue_delivery; begin"
				+ " select * into d from queue_delivery where consumer = 'me' order by id desc limit 1;"
				+ " raise notice '%, ''%,%,%,%,1''', d.id, d.xids[1], d.ids[1] - 1, d.xids[1], d.ids[cardinality(d.ids)];"
				+ " end $$")
			.get(0);
		assertCheap("select * from read_claimed_v1('orders', 'me', " + place + ")");
	}

	@Test
	void readingWhatWasClaimedInLinePassesOverAnImport() throws Exception {
		String xid;
		try (Connection importing = Databases.dedicated().getConnection();
				Statement statement = importing.createStatement()) {
			importing.setAutoCommit(false);
			statement.execute("set search_path = \"" + SCHEMA + "\"");
			statement.execute(fillQueue("passed"));
			try (ResultSet row = statement.executeQuery("select pg_current_xact_id()")) {
				row.next();
				xid = row.getString(1);
			}
			run("insert into queue_message (queue, payload) values ('passed', '{}'), ('passed', '{}')");
			importing.commit();
		}
		String last = run("do $$ declare m queue_message; begin select * into m from queue_message"
				+ " where queue = 'passed' order by id desc limit 1; raise notice '%,%', m.xid, m.id; end $$")
			.get(0);
		String delivery = run("do $$ declare d bigint; begin insert into queue_delivery (queue, group_name, consumer,"
				+ " xids, ids) values ('passed', 'billing', 'me', '{1}', '{1}') returning id into d;"
				+ " raise notice '%', d; end $$")
			.get(0);
		String end = Long.toString(Long.parseLong(last.substring(0, last.indexOf(','))) + 1);
		String read = "select count(*) from read_claimed_v1('passed', 'me', " + delivery + ", '0,0," + last + "," + xid
				+ "," + end + "')";
		assertThat(run("do $$ begin raise notice '%', (" + read + "); end $$")).containsExactly("2");
		assertThat(pages(read)).isPositive().isLessThan(100);
	}

	@Test
	void claimOfTablesThatWereNeverAnalysedReadsABatch() throws Exception {
		String there = newTables(BACKLOG);
		assertReadsFew(explained(there + "; " + CLAIM));
		assertReadsFew(explained(there + "; " + CLAIM));
	}

	/**
	 * What was handled and removed stays where it was, as somebody may still want to see
	 * it.
	 */
	@Test
	void claimsUnderAHeldSnapshotReadNoMoreThanTheFirstOnes() throws Exception {
		String there = newTables(120 * BATCH);
		long first = pagesOfAll(there + "; " + CLAIM);
		try (Connection holding = Databases.dedicated().getConnection();
				Statement statement = holding.createStatement()) {
			holding.setAutoCommit(false);
			holding.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
			statement.execute("select pg_current_snapshot()");
			run(there,
					"do $$ begin for i in 1..100 loop perform claim_v2('orders', 'billing', 'me', " + BATCH
							+ ", false); commit; delete from queue_delivery; commit;"
							+ " perform remove_finished_v2('orders', '0', null, null, null, false, '7 d', '0', 0, "
							+ BATCH + "); commit; end loop; end $$");
			assertThat(run(there, "do $$ begin raise notice '%', (select count(*) from queue_message); end $$"))
				.containsExactly(Integer.toString(20 * BATCH));
			assertThat(pagesOfAll(there + "; " + CLAIM)).isLessThan(first + first / 4);
			holding.rollback();
		}
	}

	/**
	 * Tables of which Postgres knows nothing, with a backlog.
	 * @return the statement that finds them
	 */
	private static String newTables(int messages) throws SQLException {
		String schema = Databases.newSchema();
		new PostgresStore(pool, Databases.dedicated(), Databases.settings(schema), (event) -> {
		}).initialize();
		String there = "set search_path = \"" + schema + "\"";
		run(there, "alter table queue_message set (autovacuum_enabled = false)",
				"alter table queue_cursor set (autovacuum_enabled = false)",
				"alter table queue_delivery set (autovacuum_enabled = false)",
				"insert into queue_consumer (id) values ('me')",
				"select create_group_v1('orders', 'billing', 'earliest', 'app')",
				"insert into queue_message (queue, payload) select 'orders', repeat('x', 200) from generate_series(1, "
						+ messages + ")");
		return there;
	}

	/**
	 * What all statements inside of a call read.
	 */
	private static long pagesOfAll(String call) throws SQLException {
		long all = 0;
		for (String plan : run("load 'auto_explain'", "set auto_explain.log_min_duration = 0",
				"set auto_explain.log_nested_statements = on", "set auto_explain.log_analyze = on",
				"set auto_explain.log_buffers = on", "set auto_explain.log_level = notice", call)) {
			Matcher pages = PAGES.matcher(plan);
			// the call itself comes with the compilation of its functions
			if (!plan.contains(CLAIM) && pages.find()) {
				all += Long.parseLong(pages.group(1));
			}
		}
		assertThat(all).isPositive();
		return all;
	}

	/**
	 * However much of one transaction is read already, or is left.
	 */
	@Test
	void claimsInsideALargeTransactionReadFewPages() throws Exception {
		run("select create_group_v1('large', 'billing', 'earliest', 'app')", fillQueue("large"));
		String claim = "select count(*) from claim_v2('large', 'billing', 'me', " + BATCH + ", false)";
		for (int i = 0; i < 20; i++) {
			run(claim);
		}
		assertThat(pages(claim)).isPositive().isLessThan(BATCH);
	}

	@Test
	void lookForIdleListenersPassesOverARunningImport() throws Exception {
		run("select create_group_v1('import', 'billing', 'earliest', 'app')");
		try (Connection importing = Databases.dedicated().getConnection();
				Statement statement = importing.createStatement()) {
			importing.setAutoCommit(false);
			statement.execute("set search_path = \"" + SCHEMA + "\"");
			statement.execute(fillQueue("import"));
			assertThat(pages("select * from news_v1('{import}', '{billing}')")).isLessThan(100);
			importing.rollback();
		}
	}

	/**
	 * The most that one statement inside of a call reads of the log.
	 */
	private static long pages(String call) throws SQLException {
		long most = 0;
		for (String plan : run("load 'auto_explain'", "set auto_explain.log_min_duration = 0",
				"set auto_explain.log_nested_statements = on", "set auto_explain.log_analyze = on",
				"set auto_explain.log_buffers = on", "set auto_explain.log_level = notice", call)) {
			// not the call itself, in which the functions are compiled
			if (plan.contains("from queue_message") && !plan.contains(call)) {
				Matcher pages = PAGES.matcher(plan);
				while (pages.find()) {
					most = Math.max(most, Long.parseLong(pages.group(1)));
				}
			}
		}
		return most;
	}

	/**
	 * That these tests would notice.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "claim_v2('orders', 'shipping', 'me', " + BATCH + ", false)",
			"due_v1('{orders}', '{billing}', '{me}', '{" + BATCH + "}', '{10}', '{-infinity}')" })
	void withoutThePlannerSettingsTheBacklogIsRead(String call) throws Exception {
		String function = call.substring(0, call.indexOf('('));
		String signature = run("do $$ begin raise notice '%', '" + function + "'::regproc::regprocedure; end $$")
			.get(0);
		try {
			for (String setting : PLANNER_SETTINGS.keySet()) {
				run("alter function " + signature + " reset " + setting);
			}
			assertThatThrownBy(() -> assertCheap("select * from " + call)).isInstanceOf(AssertionError.class);
		}
		finally {
			for (Map.Entry<String, String> setting : PLANNER_SETTINGS.entrySet()) {
				run("alter function " + signature + " set " + setting.getKey() + " = " + setting.getValue());
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "claim_v2", "read_claimed_v1", "due_v1", "promote_v1", "look_v1", "settle_v1",
			"remove_finished_v2", "length_bound_v1", "unclaimed_queues_v1", "group_idle_v1", "stats_v1", "news_v1",
			"read_v1", "cursor_at_v1", "rewind_v1" })
	void functionsThatWalkOverTheLogCarryThePlannerSettings(String function) throws Exception {
		assertThat(settings(function)).contains("enable_bitmapscan=off", "enable_seqscan=off", "enable_sort=off",
				"jit=off");
	}

	@ParameterizedTest
	@ValueSource(strings = { "rescue_v1", "retire_v1", "runs_alone_v1" })
	void functionsThatLookForHoldingsCarryThePlannerSettings(String function) throws Exception {
		assertThat(settings(function)).contains("enable_seqscan=off", "jit=off");
	}

	@Test
	void deadLetterIsFoundByItsId() throws Exception {
		for (String statement : List.of("replay", "discard")) {
			String sql = new Sql(SCHEMA).get(statement);
			for (String value : List.of("'" + UUID.randomUUID() + "'", "'orders'", "'billing'")) {
				sql = sql.replaceFirst("\\?", value);
			}
			assertReadsFew(explained(sql));
		}
	}

	@Test
	void settlingARetriedMessageDoesNotReadAllThatIsHeld() throws Exception {
		run("insert into queue_retry (queue, group_name, due, consumer, xid, message)"
				+ " select 'orders', 'audit', clock_timestamp(), 'me', m.xid, m.id from queue_message m limit 10000",
				"create table retried as select array_agg(id) as ids, array_agg(null::bigint) as none,"
						+ " array_agg(0) as claims from (select id from queue_retry where group_name = 'audit'"
						+ " order by id desc limit 10) s");
		assertCheap("select settle_v1('me', 'orders', 'audit', '{}', '{}', none, none, ids, claims, null,"
				+ " null, null, null, null, null, null) from retried");
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
	void lookForAllThatIsDueReadsABatchOfEachKind() throws Exception {
		assertCheap("select * from look_v1('{orders}', '{billing}', '{me}', '{" + BATCH + "}', '{10}', '{-infinity}',"
				+ " '-infinity', " + BATCH + ")");
	}

	/**
	 * There may be millions of them, for years.
	 */
	@Test
	void whatIsScheduledForLaterIsNotRead() throws Exception {
		run("insert into queue_scheduled (due, queue, payload) select clock_timestamp() + interval '1 year', 'orders', '{}'"
				+ " from generate_series(1, " + BACKLOG + ")");
		assertCheap(
				"select * from look_v1('{}', '{}', '{}', '{}', '{}', '{}', clock_timestamp() - interval '1 microsecond', "
						+ BATCH + ")");
	}

	/**
	 * What was read may be kept, all of it in the window that is still open.
	 */
	@Test
	void lookForIdleListenersDoesNotWalkOverWhatWasRead() throws Exception {
		run("select create_group_v1('kept', 'billing', 'earliest', 'app')", fillQueue("kept"));
		while (run(
				"do $$ declare n int; begin select count(*) into n from claim_v2('kept', 'billing', 'me', 50000, false)"
						+ " where outcome is null; if n > 0 then raise notice 'claimed'; end if; end $$")
			.contains("claimed")) {
			run("delete from queue_delivery where queue = 'kept'");
		}
		assertCheap("select * from news_v1('{kept}', '{billing}')");
		assertCheap("select ready from stats_v1('{kept}', 1000)");
		assertCheap("select oldest_ready_v1('kept', 'billing')");
	}

	@Test
	void readerReadsABatchWhereverItStands() throws Exception {
		assertCheap(read("'1:1:', '0', 0"));
		assertCheap(read("pg_current_snapshot(), '0', 0"));
		assertCheap("select * from cursor_at_v1('orders', 'latest')");
		String middle = run("do $$ begin raise notice '%', (select format('''%s:%s:%s'', ''%s'', %s', m.xid,"
				+ " m.xid::text::bigint + 1, m.xid, m.xid, m.id) from queue_message m"
				+ " where m.queue = 'orders' order by m.queue, m.lane, m.xid, m.id offset " + BACKLOG / 2
				+ " limit 1); end $$")
			.get(0);
		assertCheap(read(middle));
		assertThat(pages(read(middle))).isPositive().isLessThan(BATCH);
	}

	@Test
	void readerPassesOverARunningImport() throws Exception {
		try (Connection importing = Databases.dedicated().getConnection();
				Statement statement = importing.createStatement()) {
			importing.setAutoCommit(false);
			statement.execute("set search_path = \"" + SCHEMA + "\"");
			statement.execute(fillQueue("imported"));
			assertThat(pages(read("'1:1:', '0', 0").replace("'orders'", "'imported'"))).isLessThan(100);
			importing.rollback();
		}
	}

	private static String read(String cursor) {
		return "select * from read_v1('orders', (select xid from queue_home), " + cursor + ", " + BATCH + ")";
	}

	@Test
	void retentionReadsABatch() throws Exception {
		assertCheap("select * from remove_finished_v2('orders', '0', '1 h', null, null, true, '7 d', '0', 0, " + BATCH
				+ ")");
	}

	@Test
	void retentionDoesNotCompareEachMessageWithAllThatAreInFlight() throws Exception {
		String neverAnalysed = Databases.newSchema();
		new PostgresStore(pool, Databases.dedicated(), Databases.settings(neverAnalysed), (event) -> {
		}).initialize();
		String there = "set search_path = \"" + neverAnalysed + "\"";
		run(there, "alter table queue_message set (autovacuum_enabled = false)",
				"alter table queue_delivery set (autovacuum_enabled = false)",
				"insert into queue_consumer (id) values ('me')",
				"select create_group_v1('orders', 'billing', 'earliest', 'app')",
				"insert into queue_message (queue, payload) select 'orders', '{}' from generate_series(1, " + 6 * BATCH
						+ ")");
		for (int i = 0; i < 4; i++) {
			run(there, "select * from claim_v2('orders', 'billing', 'me', " + BATCH + ", false)");
		}
		run(there, "delete from queue_delivery where id = (select min(id) from queue_delivery)");
		assertReadsFew(
				explained(there + "; select * from remove_finished_v2('orders', '0', null, null, null, false, '7 d',"
						+ " '0', 0, " + 2 * BATCH + ")"));
		assertThat(run(there, "do $$ begin raise notice '%', (select count(*) from queue_message); end $$"))
			.containsExactly(Integer.toString(5 * BATCH));
	}

	@Test
	void lookForQueuesWithoutAGroupJumpsFromOneToTheNext() throws Exception {
		assertCheap("select * from unclaimed_queues_v1()");
	}

	@Test
	void boundOfTheNewestMessagesReadsOnlyThem() throws Exception {
		assertCheap("select * from length_bound_v1('orders', " + BATCH + ")");
	}

	@Test
	void rescueReadsWhatIsHeld() throws Exception {
		assertCheap("select * from rescue_v1()");
	}

	@Test
	void settlingReadsTheBatch() throws Exception {
		for (int i = 0; i < 20; i++) {
			run("select * from claim_v2('orders', 'shipping', 'me', " + BATCH + ", false)");
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
		return "insert into queue_message (queue, payload) select '" + name
				+ "', repeat('x', 200) from generate_series(1, " + BACKLOG + ")";
	}

	private static void assertCheap(String sql) throws SQLException {
		String plans = explained(sql);
		assertThat(plans).doesNotContain("Bitmap");
		assertReadsFew(plans);
	}

	private static String explained(String sql) throws SQLException {
		return String.join("\n",
				run("load 'auto_explain'", "set auto_explain.log_min_duration = 0",
						"set auto_explain.log_nested_statements = on", "set auto_explain.log_analyze = on",
						"set auto_explain.log_level = notice", sql));
	}

	private static void assertReadsFew(String plans) {
		assertThat(plans).contains("Query Text").doesNotContain("JIT:");
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

	private static String settings(String function) throws SQLException {
		return run("do $$ begin raise notice '%', (select proconfig from pg_proc where oid = '" + function
				+ "'::regproc); end $$")
			.get(0);
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
