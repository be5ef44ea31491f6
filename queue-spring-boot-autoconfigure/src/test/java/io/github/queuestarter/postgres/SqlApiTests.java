package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariDataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What people with psql, triggers and other languages can do.
 */
class SqlApiTests {

	private static HikariDataSource pool;

	private final String schema = Databases.newSchema();

	@BeforeAll
	static void openPool() {
		pool = Databases.pool();
		// these tests leave settings and LISTENs in their sessions
		pool.setMaxLifetime(30_000);
	}

	@AfterAll
	static void closePool() {
		pool.close();
	}

	@BeforeEach
	void makeTables() {
		new PostgresStore(pool, Databases.dedicated(), Databases.settings(this.schema), (event) -> {
		}).initialize();
	}

	/**
	 * As psql sends it: without parameters, with literals whose type is unknown.
	 */
	private String psql(String sql) throws SQLException {
		try (Connection connection = Databases.dedicated().getConnection();
				Statement statement = connection.createStatement()) {
			statement.execute("set search_path = " + statement.enquoteIdentifier(this.schema, true) + ", public");
			return statement.execute(sql) ? first(statement) : "";
		}
	}

	private static String first(Statement statement) throws SQLException {
		try (var rows = statement.getResultSet()) {
			return rows.next() ? String.valueOf(rows.getString(1)) : "";
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "queue_send('orders', '{\"id\":1}')", "queue_send('orders', '{\"id\":1}'::text)",
			"queue_send('orders', '{\"id\":1}'::varchar)", "queue_send('orders', '{\"id\":1}'::json)",
			"queue_send('orders', '{\"id\":1}'::jsonb)", "queue_send('orders', to_jsonb(row(1)))",
			"queue_send('orders', '1', '{\"tenant\":\"north\"}')", "queue_send('orders', '1', null, null)",
			"queue_send('orders', '1', '{\"tenant\":\"north\"}', '1 ms')",
			"queue_send('orders', '1', '{}', null, true)", "queue_send('orders', '1', delay => interval '-1 hour')",
			"queue_send('orders', '1', notify => true)", "queue_send(payload => '1', queue => 'orders')",
			"queue_send(queue => 'orders', payload => '{\"id\":1}', headers => '{\"tenant\":\"north\"}', delay => '1 ms',"
					+ " notify => true)" })
	void everyWayToCallSends(String call) throws Exception {
		Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
		try (TestInstance app = new TestInstance(pool, Databases.settings(this.schema))) {
			app.listen("orders", "billing", 10, received);
			String id = psql("select " + call);
			Awaitility.await().until(() -> received.containsKey(id));
		}
	}

	@Test
	void otherLanguagesMayPassParameters() throws Exception {
		try (Connection connection = pool.getConnection();
				var statement = connection.prepareStatement("select \"" + this.schema + "\".queue_send(?, ?)")) {
			statement.setString(1, "orders");
			statement.setString(2, "{\"id\":1}");
			assertThat(statement.execute()).isTrue();
		}
		assertThat(psql("select payload from queue_message")).isEqualTo("{\"id\":1}");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
			null, '1'                                | the name of a queue must not be empty
			' ', '1'                                 | the name of a queue must not be empty
			repeat('x', 201), '1'                    | may have 200 characters, not 201: xxx
			repeat('😀', 201), '1'                   | may have 200 characters, not 201: 😀
			e'or\\nders', '1'                         | control characters
			'orders', null                           | the payload must not be null
			'orders', ''                             | invalid input syntax for type json
			'orders', '{"id":'                       | invalid input syntax for type json
			'orders', '1', '[]'                      | headers must be a JSON object, not array
			'orders', '1', 'null'                    | headers must be a JSON object, not null
			'orders', '1', '{"a":1}'                 | header a must be a string: 1
			'orders', '1', '{"a":null}'              | header a must be a string
			'orders', '1', '{"a":"b","c":{"d":[]}}'  | header c must be a string: {"d": []}
			'orders', '1', '{"queue_id":"1"}'        | queue_id
			'orders', '1', '{"":"1"}'                | the empty name
			""")
	void whatNoListenerCouldTakeIsRefused(String arguments, String reason) throws Exception {
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(() -> psql("select queue_send(" + arguments.strip() + ")"))
			.withMessageContaining(reason.strip());
		assertThat(psql("select count(*) from queue_message")).isEqualTo("0");
	}

	@Test
	void longestNameIsAsLongAsInJava() throws Exception {
		Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
		try (TestInstance app = new TestInstance(pool, Databases.settings(this.schema))) {
			app.listen("😀".repeat(200), "😀".repeat(200), 10, received);
			String id = psql("select queue_send(repeat('😀', 200), '1')");
			Awaitility.await().until(() -> received.containsKey(id));
		}
	}

	@Test
	void triggerSendsWithItsTransaction() throws Exception {
		String table = "\"" + this.schema + "\".purchase";
		psql("create table %s (id bigint, name text)".formatted(table));
		psql("""
				create function %1$s_sent() returns trigger language plpgsql as $$
				begin
				  perform %2$s.queue_send('orders', to_jsonb(new));
				  return new;
				end $$""".formatted("\"" + this.schema + "\".purchase", "\"" + this.schema + "\""));
		psql("create trigger sent after insert on %1$s for each row execute function %1$s_sent()".formatted(table));
		Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
		try (TestInstance app = new TestInstance(pool, Databases.settings(this.schema))) {
			app.listen("orders", "billing", 10, received);
			psql("begin; insert into %s values (1, 'rolled back'); rollback".formatted(table));
			psql("begin; insert into %s values (2, 'kept'); commit".formatted(table));
			Awaitility.await().until(() -> received.size() >= 1);
			assertThat(psql("select string_agg(payload, ',') from queue_message"))
				.isEqualTo("{\"id\": 2, \"name\": \"kept\"}");
		}
	}

	@Test
	void notifyWakesAtTheCommitAndOnlyWhenAsked() throws Exception {
		String channel = psql("select wakeup_channel_v1()");
		try (Connection listener = Databases.dedicated().getConnection();
				Statement statement = listener.createStatement();
				Connection sender = Databases.dedicated().getConnection();
				Statement send = sender.createStatement()) {
			statement.execute("listen " + statement.enquoteIdentifier(channel, true));
			sender.setAutoCommit(false);
			String call = "select \"" + this.schema + "\".queue_send('%s', '1', notify => %s)";
			send.execute(call.formatted("rolled back", true));
			sender.rollback();
			send.execute(call.formatted("quiet", false));
			send.execute(call.formatted("orders", true));
			statement.execute("select 1");
			assertThat(listener.unwrap(PGConnection.class).getNotifications()).isNullOrEmpty();
			sender.commit();
			PGNotification[] heard = listener.unwrap(PGConnection.class).getNotifications(20_000);
			assertThat(heard).extracting(PGNotification::getParameter).singleElement().asString().endsWith("orders");
		}
	}

	@Test
	void viewsShowHowQueuesStand() throws Exception {
		try (TestInstance app = new TestInstance(pool, Databases.settings(this.schema))) {
			app.listen("orders", "billing", 10, new ConcurrentHashMap<>());
			Awaitility.await().until(() -> app.store().administration().groups("orders").contains("billing"));
		}
		psql("select queue_pause('orders', 'billing')");
		psql("select queue_send('orders', '1'), queue_send('orders', '2'), queue_send('orders', '3', delay => '1 day')");
		psql("select queue_send('nobody listens', '1'), queue_send('nobody listens', '1', delay => '1 day')");
		bury("orders", "billing", "buried");
		assertThat(psql("select concat_ws(',', paused, ready, in_flight, retrying, scheduled, dead_letters)"
				+ " from queue_stats where queue = 'orders' and group_name = 'billing'"))
			.isEqualTo("t,2,0,0,1,1");
		assertThat(psql("select oldest_ready = (select min(sent_at) from queue_message where queue = 'orders')"
				+ " from queue_stats where queue = 'orders'"))
			.isEqualTo("t");
		assertThat(psql(
				"select concat_ws(',', coalesce(group_name, 'no group'), ready, scheduled, oldest_ready is not null)"
						+ " from queue_stats where queue = 'nobody listens'"))
			.isEqualTo("no group,1,1,t");
		assertThat(psql("select count(*) from queue_stats")).isEqualTo("2");
		assertThat(psql("select concat_ws(',', queue, group_name, attempts, kind, reason, format, payload, headers)"
				+ " from queue_dead_letters order by died_at desc limit 1"))
			.isEqualTo("orders,billing,3,EXCEPTION,failed,text,buried,{\"a\": \"b\"}");
	}

	@Test
	void messageOfAnOpenTransactionIsNotTheOldestReadyOne() throws Exception {
		try (TestInstance app = new TestInstance(pool, Databases.settings(this.schema));
				Connection slow = Databases.dedicated().getConnection();
				Statement statement = slow.createStatement()) {
			Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
			app.listen("orders", "billing", 10, received);
			slow.setAutoCommit(false);
			statement.execute("select \"" + this.schema + "\".queue_send('orders', '\"slow\"')");
			String id = psql("select queue_send('orders', '1')");
			Awaitility.await().until(() -> received.containsKey(id));
			assertThat(psql("select concat_ws(',', ready, oldest_ready) from queue_stats")).isEqualTo("0");
			psql("select queue_pause('orders', 'billing')");
			slow.commit();
			// a poll in progress may have been let in before the pause
			Awaitility.await()
				.until(() -> received.size() == 2
						|| psql("select concat_ws(',', ready, oldest_ready = (select min(sent_at)"
								+ " from queue_message where payload = '\"slow\"')) from queue_stats")
							.equals("1,t"));
		}
	}

	@Test
	void deadLettersAreReplayedAndDiscardedByHand() throws Exception {
		Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
		try (TestInstance app = new TestInstance(pool, Databases.settings(this.schema))) {
			app.listen("orders", "billing", 10, received);
			String first = bury("orders", "billing", "first");
			String second = bury("orders", "billing", "second");
			String third = bury("orders", "billing", "third");
			assertThat(psql("select queue_replay('orders', 'billing', '" + first + "')")).isEqualTo("t");
			assertThat(psql("select queue_replay('orders', 'billing', '" + first + "')")).isEqualTo("f");
			assertThat(psql("select queue_replay('orders', 'other', '" + second + "')")).isEqualTo("f");
			assertThat(psql("select queue_discard('orders', 'billing', '" + second + "')")).isEqualTo("t");
			assertThat(psql("select queue_discard('orders', 'billing', '" + second + "')")).isEqualTo("f");
			assertThat(psql("select queue_replay_all('orders', 'billing')")).isEqualTo("1");
			Awaitility.await().until(() -> received.keySet().containsAll(List.of(first, third)));
			assertThat(received).doesNotContainKey(second);
		}
	}

	@Test
	void groupIsPausedAndResumedByHand() throws Exception {
		Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
		try (TestInstance app = new TestInstance(pool, Databases.settings(this.schema))) {
			app.listen("orders", "billing", 10, received);
			Awaitility.await()
				.until(() -> psql("select queue_pause('orders', 'billing')"), (paused) -> paused.equals("t"));
			assertThat(psql("select queue_pause('orders', 'nobody')")).isEqualTo("f");
			assertThat(psql("select paused from queue_stats")).isEqualTo("t");
			assertThat(psql("select queue_resume('orders', 'billing')")).isEqualTo("t");
			String id = psql("select queue_send('orders', '1')");
			Awaitility.await().until(() -> received.containsKey(id));
		}
	}

	private String bury(String queue, String group, String payload) throws SQLException {
		return psql(
				"""
						insert into queue_dead_letter (queue, group_name, message_id, sent_at, format, payload, headers, attempts,
						  crashes, first_failure_at, last_failure_at, kind, reason)
						values ('%s', '%s', gen_random_uuid(), now(), 't', '%s', '{"a":"b"}', 3, 0, now(), clock_timestamp(),
						  'EXCEPTION', 'failed') returning message_id"""
					.formatted(queue, group, payload));
	}

}
