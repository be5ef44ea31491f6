package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.zaxxer.hikari.HikariDataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * However many scheduled messages wait, what is not due costs nothing.
 */
class ScheduledBacklogTests {

	private static final int WAITING = 2_000_000;

	private static final int FEW = 10;

	private static final Pattern ROWS = Pattern.compile("actual time=[0-9.]+ rows=([0-9.]+) loops=([0-9]+)");

	private static final Pattern FILTERED = Pattern.compile("Rows Removed by [A-Za-z ]+: ([0-9]+)");

	private static final String SCHEMA = Databases.newSchema();

	private static HikariDataSource pool;

	@BeforeAll
	static void fill() throws Exception {
		pool = Databases.pool();
		new PostgresStore(pool, Databases.dedicated(), Databases.settings(SCHEMA), (event) -> {
		}).initialize();
		run("alter table queue_scheduled set (autovacuum_enabled = false)",
				"insert into queue_scheduled (due, queue, payload) select clock_timestamp() + interval '1 year'"
						+ " + g * interval '1 minute', 'q' || g % 50, '{}' from generate_series(1, " + WAITING + ") g");
	}

	@AfterAll
	static void close() {
		pool.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "select * from promote_v1('-infinity', 1000)",
			"select * from promote_v1(clock_timestamp() - interval '1 minute', 1000)" })
	void lookForDueMessagesReadsOnlyThem(String look) throws Exception {
		assertReadsFew(look);
	}

	@Test
	void cancellingReadsOneMessage() throws Exception {
		run("insert into queue_scheduled (due, queue, payload, message_id) values (now() + interval '1 year', 'q1', '{}',"
				+ " '00000000-0000-0000-0000-000000000001')");
		assertReadsFew(new Sql(SCHEMA).get("cancel")
			.replaceFirst("\\?", "'00000000-0000-0000-0000-000000000001'")
			.replaceFirst("\\?", "'q1'"));
	}

	@Test
	void messageIsDeliveredWithinASecondOfItsTimeWhileManyWait() throws Exception {
		try (TestInstance app = new TestInstance(pool, Databases.settings(SCHEMA));
				TestInstance other = new TestInstance(pool, Databases.settings(SCHEMA))) {
			Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
			app.listen("q1", "billing", 10, received);
			other.listen("q1", "billing", 10, received);
			long begin = System.nanoTime();
			String id = app.sendLater("q1", Duration.ofMillis(500));
			Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> received.containsKey(id));
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(500),
					Duration.ofMillis(1500));
			assertThat(received.get(id)).hasValue(1);
		}
	}

	@Test
	void instanceWithAListenerOfAnotherQueueMovesWhatIsDue() throws Exception {
		try (TestInstance app = new TestInstance(pool, Databases.settings(SCHEMA))) {
			app.listen("another", "billing", 10, new ConcurrentHashMap<>());
			app.sendLater("without-listener", Duration.ofMillis(100));
			Awaitility.await().until(() -> app.store().housekeeping().unclaimedQueues().contains("without-listener"));
		}
	}

	private static void assertReadsFew(String sql) throws SQLException {
		String plans = String.join("\n",
				run("load 'auto_explain'", "set auto_explain.log_min_duration = 0",
						"set auto_explain.log_nested_statements = on", "set auto_explain.log_analyze = on",
						"set auto_explain.log_level = notice", sql));
		assertThat(plans).contains("queue_scheduled").contains("Query Text");
		for (Matcher rows = ROWS.matcher(plans); rows.find();) {
			assertThat(Double.parseDouble(rows.group(1)) * Long.parseLong(rows.group(2))).as(plans)
				.isLessThanOrEqualTo(FEW);
		}
		for (Matcher filtered = FILTERED.matcher(plans); filtered.find();) {
			assertThat(Long.parseLong(filtered.group(1))).as(plans).isLessThanOrEqualTo(FEW);
		}
	}

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
