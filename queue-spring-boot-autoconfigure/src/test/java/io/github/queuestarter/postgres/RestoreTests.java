package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.List;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.GroupStats;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.servers.PostgresServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tables that were copied into another database lose nothing.
 */
class RestoreTests {

	private static PostgresServer young;

	private static PostgresServer old;

	private final PostgresStore.Settings settings = Databases.settings(Databases.newSchema());

	private final String schema = this.settings.schema();

	private final List<HikariDataSource> pools = new CopyOnWriteArrayList<>();

	@BeforeAll
	static void start() throws SQLException {
		young = PostgresServer.builder().start();
		old = PostgresServer.builder().start();
		try (HikariDataSource pool = pool(old.jdbcUrl())) {
			passTransactions(pool, 20_000);
		}
	}

	@AfterAll
	static void stop() {
		young.close();
		old.close();
	}

	@AfterEach
	void closePools() {
		this.pools.forEach(HikariDataSource::close);
	}

	@ParameterizedTest(name = "ids of the new cluster are lower: {0}, sequences are kept: {1}")
	@CsvSource({ "true,true", "true,false", "false,true", "false,false" })
	void nothingIsLostByADumpAndARestoreIntoAnotherCluster(boolean lower, boolean sequences) throws Exception {
		DataSource from = database(lower ? old : young);
		DataSource to = database(lower ? young : old);
		try (OldWorld world = new OldWorld(from, this.settings)) {
			new LogicalCopy(this.schema, sequences).copy(from, to);
			assertNothingIsLost(world, to);
		}
	}

	private void assertNothingIsLost(OldWorld world, DataSource to) throws Exception {
		Map<String, AtomicInteger> billing = new ConcurrentHashMap<>();
		Map<String, AtomicInteger> audit = new ConcurrentHashMap<>();
		Map<String, AtomicInteger> late = new ConcurrentHashMap<>();
		String early = text(to, "select " + quoted("queue_send") + "('orders', '\"before the first listener\"')");
		try (TestInstance app = new TestInstance(to, to, this.settings)) {
			assertThat(rebased(app)).hasSize(1);
			app.listen("orders", "billing", 10, billing);
			app.listen("orders", "audit", 10, audit);
			app.listen("ungrouped", "late", 10, late);
			String after = app.send(false, "orders", "after").get(0);
			Set<String> forBilling = plus(world.unfinished(), early, after);
			Set<String> forAudit = plus(world.orders(), early, after);
			awaitIdle(app, "orders", "ungrouped");
			assertThat(billing.keySet()).isEqualTo(forBilling);
			assertThat(audit.keySet()).isEqualTo(forAudit);
			assertThat(late.keySet()).isEqualTo(world.ungrouped());
			// This cluster comes to the ids of the other one
			passTransactions(to, 25_000);
			String last = app.send(false, "orders", "last").get(0);
			awaitIdle(app, "orders", "ungrouped");
			assertThat(billing.keySet()).isEqualTo(plus(forBilling, last));
			assertThat(audit.keySet()).isEqualTo(plus(forAudit, last));
			assertThat(billing.values()).allMatch((times) -> times.get() == 1);
			assertThat(audit.values()).allMatch((times) -> times.get() == 1);
			assertThat(late.values()).allMatch((times) -> times.get() == 1);
			app.store().housekeeping().removeFinished(Set.of("orders", "ungrouped"), Duration.ZERO);
			assertThat(text(to, "select count(*) from " + quoted("queue_message"))).isEqualTo("0");
			GroupStats stats = app.store().administration().stats(Set.of("orders")).get(1);
			assertThat(stats.group()).isEqualTo("billing");
			assertThat(stats.deadLetters().value()).isEqualTo(1);
			assertThat(stats.scheduled().value()).isEqualTo(1);
			try (TestInstance next = new TestInstance(to, to, this.settings)) {
				assertThat(rebased(next)).isEmpty();
			}
			assertThat(rebased(app)).hasSize(1);
		}
	}

	private void awaitIdle(TestInstance app, String... queues) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.until(() -> app.store()
				.administration()
				.stats(Set.of(queues))
				.stream()
				.allMatch((stats) -> stats.ready().value() == 0 && stats.pending().value() == 0));
	}

	private static Set<String> plus(Set<String> ids, String... more) {
		Set<String> all = new HashSet<>(ids);
		all.addAll(List.of(more));
		return all;
	}

	private static List<QueueEvent> rebased(TestInstance app) {
		return app.events().stream().filter((event) -> event instanceof QueueEvent.Rebased).toList();
	}

	private HikariDataSource database(PostgresServer server) {
		HikariDataSource pool = pool(server.createDatabase("test" + UUID.randomUUID()));
		this.pools.add(pool);
		return pool;
	}

	private static HikariDataSource pool(String url) {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl(url);
		config.setUsername(young.username());
		config.setPassword(young.password());
		config.setMinimumIdle(0);
		config.setMaximumPoolSize(20);
		return new HikariDataSource(config);
	}

	private static void passTransactions(DataSource dataSource, int count) throws SQLException {
		execute(dataSource,
				"do $$ begin for i in 1.." + count + " loop perform pg_current_xact_id(); commit; end loop; end $$");
	}

	private String quoted(String name) {
		return "\"" + this.schema + "\"." + name;
	}

	private static void execute(DataSource dataSource, String sql) throws SQLException {
		try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private static String text(DataSource dataSource, String sql) throws SQLException {
		try (Connection connection = dataSource.getConnection();
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getString(1);
		}
	}

}
