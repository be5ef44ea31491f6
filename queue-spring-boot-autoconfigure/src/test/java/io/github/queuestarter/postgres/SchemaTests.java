package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueSchemaException;
import io.github.queuestarter.postgres.PostgresStore.Initialize;
import io.github.queuestarter.postgres.PostgresStore.Settings;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * How the tables come to be, and come back.
 */
class SchemaTests {

	@AutoClose
	private static final HikariDataSource pool = Databases.pool();

	private final String schema = Databases.newSchema();

	@Test
	void manyInstancesMayMakeTheTablesAtOnce() throws Exception {
		int instances = 8;
		CyclicBarrier together = new CyclicBarrier(instances);
		ExecutorService executor = Executors.newFixedThreadPool(instances);
		try {
			List<Future<?>> all = new ArrayList<>();
			for (int i = 0; i < instances; i++) {
				all.add(executor.submit(() -> {
					together.await();
					store(Databases.settings(this.schema)).initialize();
					return null;
				}));
			}
			for (Future<?> one : all) {
				one.get();
			}
		}
		finally {
			executor.shutdown();
		}
		assertThat(text("select version from " + quoted("queue_meta"))).isEqualTo(String.valueOf(SchemaVersion.NEEDED));
	}

	@Test
	void currentTablesAreLeftAlone() throws Exception {
		store(Databases.settings(this.schema)).initialize();
		try (Connection reader = pool.getConnection(); Statement statement = reader.createStatement()) {
			reader.setAutoCommit(false);
			// Any DDL would wait for this lock
			statement.execute("lock table " + quoted("queue_message") + " in access share mode");
			statement.execute("lock table " + quoted("queue_group") + " in row exclusive mode");
			String before = text("select max(xmin::text) from pg_proc");
			store(Databases.settings(this.schema)).initialize();
			assertThat(text("select max(xmin::text) from pg_proc")).isEqualTo(before);
			reader.rollback();
		}
	}

	@Test
	void vacuumDoesNotPauseUnlessAnOperatorSaysSo() throws Exception {
		store(Databases.settings(this.schema)).initialize();
		assertThat(options("queue_message")).contains("autovacuum_vacuum_cost_delay=0");
		execute("alter table " + quoted("queue_message") + " reset (autovacuum_vacuum_scale_factor,"
				+ " autovacuum_vacuum_cost_delay), set (autovacuum_vacuum_cost_limit = 500)");
		execute("alter table " + quoted("queue_retry") + " reset (autovacuum_vacuum_scale_factor,"
				+ " autovacuum_vacuum_cost_delay), set (fillfactor = 90)");
		execute("update " + quoted("queue_meta") + " set version = 1");
		store(Databases.settings(this.schema)).initialize();
		assertThat(options("queue_message")).isEqualTo("{autovacuum_vacuum_cost_limit=500}");
		assertThat(options("queue_retry")).contains("fillfactor=90", "autovacuum_vacuum_cost_delay=0");
	}

	private String options(String table) throws SQLException {
		return text("select reloptions::text from pg_class where oid = '" + quoted(table) + "'::regclass");
	}

	@Test
	void missingTablesThatMayNotBeMadeAreNamedWithTheirScript() {
		assertThatExceptionOfType(QueueSchemaException.class).isThrownBy(() -> store(never()).initialize())
			.withMessageContaining(this.schema)
			.withMessageContaining("io/github/queuestarter/postgres/schema.sql")
			.withMessageContaining("queue.postgres.initialize-schema")
			.satisfies((ex) -> assertThat(ex.script()).isEqualTo("io/github/queuestarter/postgres/schema.sql"));
	}

	@Test
	void oldTablesThatMayNotBeChangedAreRefused() throws Exception {
		store(Databases.settings(this.schema)).initialize();
		execute("update " + quoted("queue_meta") + " set version = 0");
		assertThatExceptionOfType(QueueSchemaException.class).isThrownBy(() -> store(never()).initialize());
	}

	@Test
	void tablesThatAreThereSatisfyWhoMayNotMakeThem() {
		store(Databases.settings(this.schema)).initialize();
		store(never()).initialize();
	}

	@Test
	void tablesThatWereDroppedComeBackAndTheListenerGoesOn() throws Exception {
		Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
		try (TestInstance app = new TestInstance(pool, Databases.settings(this.schema))) {
			app.listen("orders", "billing", 10, received);
			String first = app.send(false, "orders", "before").get(0);
			Awaitility.await().until(() -> received.containsKey(first));
			execute("drop schema \"" + this.schema + "\" cascade");
			Awaitility.await()
				.untilAsserted(
						() -> assertThat(app.events()).hasAtLeastOneElementOfType(QueueEvent.GroupRecreated.class));
			// What the heartbeat does when it finds the registration gone
			app.store().consumers().register("postgres", app.consumer());
			String second = app.send(false, "orders", "after").get(0);
			Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> received.containsKey(second));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "queue_message", "queue_group", "queue_cursor", "queue_delivery", "queue_retry",
			"queue_scheduled", "queue_consumer" })
	void oneTableThatWasDroppedComesBackAndTheListenerGoesOn(String table) throws Exception {
		Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
		try (TestInstance app = new TestInstance(pool, Databases.settings(this.schema))) {
			app.listen("orders", "billing", 10, received);
			String first = app.send(false, "orders", "before").get(0);
			Awaitility.await().until(() -> received.containsKey(first));
			execute("drop table " + quoted(table) + " cascade");
			Awaitility.await().ignoreExceptions().until(() -> {
				// What the heartbeat does when it finds the registration gone
				app.store().consumers().register("postgres", app.consumer());
				return true;
			});
			Awaitility.await().ignoreExceptions().until(() -> app.sendLater("orders", Duration.ofMillis(50)) != null);
			String later = app.sendLater("orders", Duration.ofMillis(50));
			String second = app.send(false, "orders", "after").get(0);
			Awaitility.await()
				.atMost(Duration.ofSeconds(10))
				.until(() -> received.containsKey(second) && received.containsKey(later));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "queue_home", "queue_reader", "queue_dead_letter" })
	void nextStartMakesATableAgainThatWasDropped(String table) throws Exception {
		new TestInstance(pool, Databases.settings(this.schema)).close();
		execute("drop table " + quoted(table) + " cascade");
		new TestInstance(pool, Databases.settings(this.schema)).close();
		execute("select from " + quoted(table));
	}

	@Test
	void sendAfterTheTablesWereDroppedMakesThemAgain() throws Exception {
		try (TestInstance app = new TestInstance(pool, Databases.settings(this.schema))) {
			execute("drop schema \"" + this.schema + "\" cascade");
			app.send(false, "orders", "after");
			assertThat(app.store().administration().queues()).containsExactly("orders");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "Queue", "select", "Queue-Ä", "100% {braces} $1", "my \"odd\" schema", "schöma", "a.b",
			"it's" })
	void schemaMayHaveAnyName(String name) throws Exception {
		String odd = name + this.schema;
		Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
		try (TestInstance app = new TestInstance(pool, Databases.settings(odd))) {
			app.listen("orders", "billing", 10, received);
			String id = app.send(false, "orders", "text").get(0);
			Awaitility.await().until(() -> received.containsKey(id));
		}
	}

	@Test
	void plainSqlCanSend() throws Exception {
		Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
		try (TestInstance app = new TestInstance(pool, Databases.settings(this.schema))) {
			app.listen("orders", "billing", 10, received);
			for (String arguments : List.of("'orders', '{\"id\":1}'", "'orders', '{\"id\":1}'::jsonb, '{\"a\":\"1\"}'",
					"'orders', '3', delay => interval '10 ms'", "'orders', '3', '{\"a\": \"b\"}', '10 ms'")) {
				String id = text("select " + quoted("queue_send") + "(" + arguments + ")");
				Awaitility.await().until(() -> received.containsKey(id));
			}
		}
	}

	private Settings never() {
		Settings settings = Databases.settings(this.schema);
		return new Settings(settings.schema(), Initialize.NEVER, settings.pollInterval(),
				settings.unjoinedTransaction(), settings.settleBatch(), settings.reconcileInterval(),
				settings.networkTimeout(), settings.heartbeatTimeout(), settings.heartbeatExpiry(), true);
	}

	private static PostgresStore store(Settings settings) {
		return new PostgresStore(pool, Databases.dedicated(), settings, (event) -> {
		});
	}

	private String quoted(String name) {
		return "\"" + this.schema + "\"." + name;
	}

	private static void execute(String sql) throws SQLException {
		try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private static String text(String sql) throws SQLException {
		try (Connection connection = pool.getConnection();
				Statement statement = connection.createStatement();
				var rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getString(1);
		}
	}

}
