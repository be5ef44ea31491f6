package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.UUID;

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

	private static final int CROWD = 20_000;

	private static final Map<String, String> PLANNER_SETTINGS = Map.of("enable_bitmapscan", "off", "enable_seqscan",
			"off", "enable_sort", "off", "plan_cache_mode", "force_generic_plan");

	private static final String SCHEMA = Databases.newSchema();

	private static final Plans plans = new Plans(SCHEMA, BATCH);

	private static HikariDataSource pool;

	@BeforeAll
	static void fill() throws Exception {
		pool = Databases.pool();
		new PostgresStore(pool, Databases.dedicated(), Databases.settings(SCHEMA), (event) -> {
		}).initialize();
		plans.run("alter table queue_message set (autovacuum_enabled = false)",
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
		plans.assertReadsFewByIndex("select * from claim_v2('orders', 'billing', 'me', " + BATCH + ", false)");
		plans.assertReadsFewByIndex("select * from claim_v2('orders', 'billing', 'me', " + BATCH + ", true)");
	}

	@Test
	void whatWasClaimedInLineIsReadAsBatch() throws Exception {
		plans.run("select * from claim_v2('orders', 'billing', 'me', " + BATCH + ", false)");
		String place = plans.run("do $$ declare d queue_delivery; begin"
				+ " select * into d from queue_delivery where consumer = 'me' order by id desc limit 1;"
				+ " raise notice '%, ''%,%,%,%,1''', d.id, d.xids[1], d.ids[1] - 1, d.xids[1], d.ids[cardinality(d.ids)];"
				+ " end $$")
			.get(0);
		plans.assertReadsFewByIndex("select * from read_claimed_v1('orders', 'me', " + place + ")");
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
			plans.run("insert into queue_message (queue, payload) values ('passed', '{}'), ('passed', '{}')");
			importing.commit();
		}
		String last = plans
			.run("do $$ declare m queue_message; begin select * into m from queue_message"
					+ " where queue = 'passed' order by id desc limit 1; raise notice '%,%', m.xid, m.id; end $$")
			.get(0);
		String delivery = plans
			.run("do $$ declare d bigint; begin insert into queue_delivery (queue, group_name, consumer,"
					+ " xids, ids) values ('passed', 'billing', 'me', '{1,1}', '{1,2}') returning id into d;"
					+ " raise notice '%', d; end $$")
			.get(0);
		String end = Long.toString(Long.parseLong(last.substring(0, last.indexOf(','))) + 1);
		String read = "select count(*) from read_claimed_v1('passed', 'me', " + delivery + ", '0,0," + last + "," + xid
				+ "," + end + "')";
		assertThat(plans.value(read)).isEqualTo("2");
		assertThat(plans.pagesOfTheLog(read)).isPositive().isLessThan(100);
	}

	/**
	 * However much of one transaction is read already, or is left.
	 */
	@Test
	void claimsInsideALargeTransactionReadFewPages() throws Exception {
		plans.run("select create_group_v1('large', 'billing', 'earliest', 'app')", fillQueue("large"));
		String claim = "select count(*) from claim_v2('large', 'billing', 'me', " + BATCH + ", false)";
		for (int i = 0; i < 20; i++) {
			plans.run(claim);
		}
		assertThat(plans.pagesOfTheLog(claim)).isPositive().isLessThan(BATCH);
	}

	@Test
	void lookForIdleListenersPassesOverARunningImport() throws Exception {
		plans.run("select create_group_v1('import', 'billing', 'earliest', 'app')");
		try (Connection importing = Databases.dedicated().getConnection();
				Statement statement = importing.createStatement()) {
			importing.setAutoCommit(false);
			statement.execute("set search_path = \"" + SCHEMA + "\"");
			statement.execute(fillQueue("import"));
			assertThat(plans.pagesOfTheLog("select * from news_v1('{import}', '{billing}')")).isLessThan(100);
			importing.rollback();
		}
	}

	@Test
	void claimPassesOverARunningImport() throws Exception {
		plans.run("select create_group_v1('claimed', 'billing', 'earliest', 'app')");
		try (Connection importing = Databases.dedicated().getConnection();
				Statement statement = importing.createStatement()) {
			importing.setAutoCommit(false);
			statement.execute("set search_path = \"" + SCHEMA + "\"");
			statement.execute(fillQueue("claimed"));
			plans.run("insert into queue_message (queue, payload) values ('claimed', '{}'), ('claimed', '{}')");
			String claim = "select count(*) from claim_v2('claimed', 'billing', 'me', " + BATCH + ", false)"
					+ " where payload is not null";
			assertThat(plans.pagesOfTheLog(claim)).isPositive().isLessThan(100);
			assertThat(plans.value("select sum(cardinality(ids)) from queue_delivery where queue = 'claimed'"))
				.isEqualTo("2");
			importing.rollback();
		}
	}

	/**
	 * That these tests would notice.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "claim_v2('orders', 'shipping', 'me', " + BATCH + ", false)",
			"due_v1('{orders}', '{billing}', '{me}', '{" + BATCH + "}', '{10}', '{-infinity}')" })
	void withoutThePlannerSettingsTheBacklogIsRead(String call) throws Exception {
		String function = call.substring(0, call.indexOf('('));
		String signature = plans.value("'" + function + "'::regproc::regprocedure");
		try {
			for (String setting : PLANNER_SETTINGS.keySet()) {
				plans.run("alter function " + signature + " reset " + setting);
			}
			assertThatThrownBy(() -> plans.assertReadsFewByIndex("select * from " + call))
				.isInstanceOf(AssertionError.class);
		}
		finally {
			for (Map.Entry<String, String> setting : PLANNER_SETTINGS.entrySet()) {
				plans.run("alter function " + signature + " set " + setting.getKey() + " = " + setting.getValue());
			}
		}
	}

	/**
	 * Whatever a function looks into, the search path of its caller does not decide in
	 * which schema, and what it reads by loops or by index alone is not compiled.
	 */
	@Test
	void everyFunctionThatReadsTablesHasItsSearchPathAndIsNotCompiled() throws Exception {
		String reading = " from pg_proc p where p.pronamespace = '\"" + SCHEMA + "\"'::regnamespace"
				+ " and p.prosrc ~ '(from|join|into|update) queue_[a-z]+'";
		assertThat(Integer.parseInt(plans.value("select count(*)" + reading))).isGreaterThan(25);
		assertThat(plans.value("select string_agg(p.proname, ' ' order by p.proname)" + reading
				+ " and not coalesce(p.proconfig @> array['search_path=\"" + SCHEMA + "\", pg_temp'], false)"))
			.as("called by those that have one")
			.isEqualTo("require_home_v1");
		assertThat(plans.value("select string_agg(p.proname, ' ' order by p.proname)" + reading
				+ " and p.prosrc ~ 'from queue_(message|delivery|retry|scheduled|dead_letter)'"
				+ " and not coalesce(p.proconfig @> '{jit=off}', false)"))
			.as("runs once, after a restore")
			.isEqualTo("rebase_begin_v1");
	}

	@ParameterizedTest
	@ValueSource(strings = { "claim_v2", "read_claimed_v1", "due_v1", "promote_v1", "look_v1", "settle_v1",
			"remove_finished_v2", "length_bound_v1", "unclaimed_queues_v1", "group_idle_v1", "stats_v1", "news_v1",
			"read_v1", "cursor_at_v1", "rewind_v1" })
	void functionsThatWalkOverTheLogCarryThePlannerSettings(String function) throws Exception {
		assertThat(plans.settings(function)).contains("enable_bitmapscan=off", "enable_seqscan=off", "enable_sort=off",
				"jit=off");
	}

	@ParameterizedTest
	@ValueSource(strings = { "rescue_v1", "retire_v1", "runs_alone_v1" })
	void functionsThatLookForHoldingsCarryThePlannerSettings(String function) throws Exception {
		assertThat(plans.settings(function)).contains("enable_seqscan=off", "jit=off");
	}

	@Test
	void deadLetterIsFoundByItsId() throws Exception {
		for (String statement : List.of("replay", "discard")) {
			String sql = new Sql(SCHEMA).get(statement);
			for (String value : List.of("'" + UUID.randomUUID() + "'", "'orders'", "'billing'")) {
				sql = sql.replaceFirst("\\?", value);
			}
			plans.assertReadsFew(sql);
		}
	}

	@Test
	void settlingARetriedMessageDoesNotReadAllThatIsHeld() throws Exception {
		plans.run("insert into queue_retry (queue, group_name, due, consumer, xid, message)"
				+ " select 'orders', 'audit', clock_timestamp(), 'me', m.xid, m.id from queue_message m limit 10000",
				"create table retried as select array_agg(id) as ids, array_agg(null::bigint) as none,"
						+ " array_agg(0) as claims from (select id from queue_retry where group_name = 'audit'"
						+ " order by id desc limit 10) s");
		plans.assertReadsFewByIndex(
				"select settle_v1('me', 'orders', 'audit', '{}', '{}', none, none, ids, claims, null,"
						+ " null, null, null, null, null, null) from retried");
	}

	@Test
	void dueClaimReadsABatch() throws Exception {
		plans.assertReadsFewByIndex(
				"select * from due_v1('{orders}', '{billing}', '{me}', '{" + BATCH + "}', '{10}', '{-infinity}')");
	}

	@Test
	void promotionReadsABatch() throws Exception {
		plans.assertReadsFewByIndex("select * from promote_v1('-infinity', " + BATCH + ")");
	}

	@Test
	void lookForAllThatIsDueReadsABatchOfEachKind() throws Exception {
		plans.assertReadsFewByIndex("select * from look_v1('{orders}', '{billing}', '{me}', '{" + BATCH
				+ "}', '{10}', '{-infinity}'," + " '-infinity', " + BATCH + ")");
	}

	/**
	 * There may be millions of them, for years.
	 */
	@Test
	void whatIsScheduledForLaterIsNotRead() throws Exception {
		plans.run(
				"insert into queue_scheduled (due, queue, payload) select clock_timestamp() + interval '1 year', 'orders', '{}'"
						+ " from generate_series(1, " + BACKLOG + ")");
		plans.assertReadsFewByIndex(
				"select * from look_v1('{}', '{}', '{}', '{}', '{}', '{}', clock_timestamp() - interval '1 microsecond', "
						+ BATCH + ")");
	}

	/**
	 * What was read may be kept, all of it in the window that is still open.
	 */
	@Test
	void lookForIdleListenersDoesNotWalkOverWhatWasRead() throws Exception {
		plans.run("select create_group_v1('kept', 'billing', 'earliest', 'app')", fillQueue("kept"));
		while (plans.run(
				"do $$ declare n int; begin select count(*) into n from claim_v2('kept', 'billing', 'me', 50000, false)"
						+ " where outcome is null; if n > 0 then raise notice 'claimed'; end if; end $$")
			.contains("claimed")) {
			plans.run("delete from queue_delivery where queue = 'kept'");
		}
		plans.assertReadsFewByIndex("select * from news_v1('{kept}', '{billing}')");
		plans.assertReadsFewByIndex("select ready from stats_v1('{kept}', 1000)");
		plans.assertReadsFewByIndex("select oldest_ready_v1('kept', 'billing')");
	}

	@Test
	void readerReadsABatchWhereverItStands() throws Exception {
		plans.assertReadsFewByIndex(read("'1:1:', '0', 0"));
		plans.assertReadsFewByIndex(read("pg_current_snapshot(), '0', 0"));
		plans.assertReadsFewByIndex("select * from cursor_at_v1('orders', 'latest')");
		String middle = plans
			.run("do $$ begin raise notice '%', (select format('''%s:%s:%s'', ''%s'', %s', m.xid,"
					+ " m.xid::text::bigint + 1, m.xid, m.xid, m.id) from queue_message m"
					+ " where m.queue = 'orders' order by m.queue, m.lane, m.xid, m.id offset " + BACKLOG / 2
					+ " limit 1); end $$")
			.get(0);
		plans.assertReadsFewByIndex(read(middle));
		assertThat(plans.pagesOfTheLog(read(middle))).isPositive().isLessThan(BATCH);
	}

	@Test
	void readerPassesOverARunningImport() throws Exception {
		try (Connection importing = Databases.dedicated().getConnection();
				Statement statement = importing.createStatement()) {
			importing.setAutoCommit(false);
			statement.execute("set search_path = \"" + SCHEMA + "\"");
			statement.execute(fillQueue("imported"));
			assertThat(plans.pagesOfTheLog(read("'1:1:', '0', 0").replace("'orders'", "'imported'"))).isLessThan(100);
			importing.rollback();
		}
	}

	private static String read(String cursor) {
		return "select * from read_v1('orders', (select xid from queue_home), " + cursor + ", " + BATCH + ")";
	}

	@Test
	void retentionReadsABatch() throws Exception {
		plans.assertReadsFewByIndex(
				"select * from remove_finished_v2('orders', '0', '1 h', null, null, true, '7 d', '0', 0, " + BATCH
						+ ")");
	}

	@Test
	void lookForQueuesWithoutAGroupJumpsFromOneToTheNext() throws Exception {
		plans.assertReadsFewByIndex("select * from unclaimed_queues_v1()");
	}

	@Test
	void boundOfTheNewestMessagesReadsOnlyThem() throws Exception {
		plans.assertReadsFewByIndex("select * from length_bound_v1('orders', " + BATCH + ")");
	}

	@Test
	void rescueReadsWhatIsHeld() throws Exception {
		plans.assertReadsFewByIndex("select * from rescue_v1()");
	}

	@Test
	void settlingReadsTheBatch() throws Exception {
		for (int i = 0; i < 20; i++) {
			plans.run("select * from claim_v2('orders', 'shipping', 'me', " + BATCH + ", false)");
		}
		String items = "from (select d.id as delivery, u.message from queue_delivery d, unnest(d.ids) u (message)"
				+ " where d.group_name = 'shipping' and d.id = (select max(id) from queue_delivery"
				+ " where group_name = 'shipping') order by u.message limit " + BATCH / 2 + ") s";
		plans.run(
				"create table settled as select array_agg(s.delivery) as deliveries, array_agg(s.message) as messages, "
						+ "array_agg(null::bigint) as none, array_agg(null::int) as no_claims, "
						+ "array_agg('r'::\"char\") as kinds, array_agg(0::bigint) as waits " + items);
		plans.assertReadsFewByIndex("select settle_v1('me', 'orders', 'shipping', deliveries[1:1], array[" + BATCH / 2
				+ "], deliveries, messages, none, no_claims, kinds, waits, null, null, null, null, null) from settled");
	}

	private static String fillQueue(String name) {
		return "insert into queue_message (queue, payload) select '" + name
				+ "', repeat('x', 200) from generate_series(1, " + BACKLOG + ")";
	}

}
