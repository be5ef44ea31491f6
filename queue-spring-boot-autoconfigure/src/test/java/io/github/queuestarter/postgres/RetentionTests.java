package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.store.GroupName;
import io.github.queuestarter.store.Housekeeping;
import io.github.queuestarter.store.Housekeeping.Removal;
import io.github.queuestarter.store.RetentionSettings;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Retention keeps out of the way of claims, and goes on under a tight statement timeout.
 */
class RetentionTests {

	private static final RetentionSettings ONE_MESSAGE = new RetentionSettings(Duration.ZERO, null, 1L, true,
			Duration.ofDays(7));

	private final String schema = Databases.newSchema();

	@Test
	void retentionGoesOnInSmallerBatchesAfterAStatementTimeout() throws Exception {
		HikariConfig config = Databases.config();
		config.setConnectionInitSql("set statement_timeout = '600ms'");
		try (HikariDataSource pool = new HikariDataSource(config);
				TestInstance app = new TestInstance(pool, Databases.settings(this.schema));
				Connection connection = Databases.dedicated().getConnection()) {
			int messages = 2000;
			Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
			app.listen("orders", "billing", 2000, received);
			app.send(false, "orders", texts(messages));
			Awaitility.await().until(() -> received.size() == messages);
			run(connection,
					"create function slow() returns trigger language plpgsql as"
							+ " $$ begin perform pg_sleep(0.001); return old; end $$",
					"create trigger slow before delete on queue_message for each row execute function slow()");
			long[] removed = new long[1];
			Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
				removed[0] += remove(app, RetentionSettings.defaults()).finished();
				return removed[0] == messages;
			});
		}
	}

	@Test
	void removalThatTakesTooLongIsNotTakenForOneThatFindsNothing() throws Exception {
		HikariConfig config = Databases.config();
		config.setConnectionInitSql("set statement_timeout = '600ms'");
		try (HikariDataSource pool = new HikariDataSource(config);
				TestInstance app = new TestInstance(pool, Databases.settings(this.schema));
				Connection connection = Databases.dedicated().getConnection()) {
			app.send(false, "orders", texts(2000));
			run(connection,
					"create function slow() returns trigger language plpgsql as"
							+ " $$ begin perform pg_sleep(0.001); return old; end $$",
					"create trigger slow before delete on queue_message for each row execute function slow()");
			RetentionSettings soon = new RetentionSettings(Duration.ZERO, null, null, false, Duration.ofMillis(1));
			assertThat(remove(app, soon).unclaimed()).isPositive();
		}
	}

	@Test
	void retentionInProgressDoesNotBlockClaims() throws Exception {
		try (HikariDataSource pool = Databases.pool();
				TestInstance app = new TestInstance(pool, Databases.settings(this.schema));
				Connection connection = Databases.dedicated().getConnection()) {
			Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
			AckingSink sink = app.listen("orders", "billing", 100, received);
			app.send(false, "orders", texts(100));
			Awaitility.await().until(() -> received.size() == 100);
			run(connection);
			connection.setAutoCommit(false);
			Awaitility.await().until(() -> {
				connection.rollback();
				run(connection, "create temporary table removal on commit drop as select * from"
						+ " remove_finished_v2('orders', '0', null, null, null, false, '7 d', '0', 0, 1000)");
				return number(connection, "select finished from removal") == 100;
			});
			app.send(false, "orders", texts(50));
			Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> received.size() == 150);
			assertThat(sink.failedPolls()).isZero();
			connection.rollback();
		}
	}

	@Test
	void messageThatIsBeingClaimedIsNotDropped() throws Exception {
		try (HikariDataSource pool = Databases.pool();
				TestInstance app = new TestInstance(pool, Databases.settings(this.schema));
				Connection connection = Databases.dedicated().getConnection()) {
			run(connection, "select create_group_v1('orders', 'billing', 'earliest', 'app')");
			app.send(false, "orders", texts(5));
			connection.setAutoCommit(false);
			run(connection, "select claim_v2('orders', 'billing', '" + app.consumer() + "', 1, false)");
			assertThat(remove(app, ONE_MESSAGE)).isEqualTo(Removal.NONE);
			connection.commit();
			assertThat(remove(app, ONE_MESSAGE)).isEqualTo(new Removal(0, 3, 0));
			assertThat(number(connection, "select count(*) from queue_message")).isEqualTo(2);
			connection.rollback();
		}
	}

	@Test
	void placeOfBeforeARebaseIsNotTakenForOneOfNow() throws Exception {
		try (HikariDataSource pool = Databases.pool();
				TestInstance app = new TestInstance(pool, Databases.settings(this.schema));
				Connection connection = Databases.dedicated().getConnection()) {
			RetentionSettings hundred = new RetentionSettings(Duration.ZERO, null, 100L, true, Duration.ofDays(7));
			run(connection, "select create_group_v1('orders', 'billing', 'earliest', 'app')",
					// what takes so long to find is kept for a while
					"create or replace function length_bound_v1(q text, n bigint, out xid xid8, out id bigint)"
							+ " language plpgsql as $$ begin perform pg_sleep(1);"
							+ " xid := '9000000000000000000'; id := 1; end $$");
			assertThat(remove(app, hundred)).isEqualTo(Removal.NONE);
			run(connection, "update queue_home set xid = '1'");
			app.store().initialize();
			assertThat(app.events(QueueEvent.Rebased.class)).hasSize(1);
			run(connection, "create or replace function length_bound_v1(q text, n bigint, out xid xid8, out id bigint)"
					+ " language sql as $$ select null::xid8, null::bigint $$");
			app.send(false, "orders", texts(5));
			assertThat(remove(app, hundred)).isEqualTo(Removal.NONE);
			assertThat(number(connection, "select count(*) from queue_message")).isEqualTo(5);
		}
	}

	@Test
	void groupWhoseCursorIsGoneHoldsUpRetention() throws Exception {
		try (HikariDataSource pool = Databases.pool();
				TestInstance app = new TestInstance(pool, Databases.settings(this.schema));
				Connection connection = Databases.dedicated().getConnection()) {
			run(connection, "select create_group_v1('orders', 'billing', 'earliest', 'app')",
					"delete from queue_cursor");
			app.send(false, "orders", texts(5));
			RetentionSettings soon = new RetentionSettings(Duration.ZERO, null, null, false, Duration.ofMillis(1));
			assertThat(remove(app, soon)).isEqualTo(Removal.NONE);
		}
	}

	@Test
	void signOfLifeIsWrittenOnceAMinute() throws Exception {
		try (HikariDataSource pool = Databases.pool();
				TestInstance app = new TestInstance(pool, Databases.settings(this.schema));
				Connection connection = Databases.dedicated().getConnection()) {
			run(connection, "select create_group_v1('orders', 'billing', 'earliest', 'app')",
					"update queue_group set active_at = now() - interval '1 hour'",
					"update queue_cursor set moved_at = now() - interval '2 hours'");
			Housekeeping housekeeping = app.store().housekeeping();
			assertThat(housekeeping.idle("orders", "billing")).isBetween(Duration.ofHours(1), Duration.ofMinutes(65));
			String active = "select extract(epoch from active_at) * 1000000 from queue_group";
			long before = number(connection, active);
			housekeeping.markActive(List.of(new GroupName("orders", "billing")));
			long after = number(connection, active);
			assertThat(after).isGreaterThan(before);
			assertThat(housekeeping.idle("orders", "billing")).isLessThan(Duration.ofMinutes(5));
			housekeeping.markActive(List.of(new GroupName("orders", "billing")));
			assertThat(number(connection, active)).isEqualTo(after);
		}
	}

	private static String[] texts(int count) {
		return IntStream.range(0, count).mapToObj(Integer::toString).toArray(String[]::new);
	}

	private static Removal remove(TestInstance app, RetentionSettings retention) {
		return app.store().housekeeping().removeFinished("orders", retention);
	}

	private void run(Connection connection, String... statements) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("set search_path = \"" + this.schema + "\"");
			for (String sql : List.of(statements)) {
				statement.execute(sql);
			}
		}
	}

	private static long number(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement(); var rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getLong(1);
		}
	}

}
