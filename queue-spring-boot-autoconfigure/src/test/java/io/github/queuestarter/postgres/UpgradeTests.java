package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.DeadLetter;
import io.github.queuestarter.GroupStats;
import io.github.queuestarter.PageRequest;
import io.github.queuestarter.store.Consumers.Self;
import io.github.queuestarter.store.GroupName;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What earlier releases left in the database goes on with this one.
 */
class UpgradeTests {

	@AutoClose
	private static final HikariDataSource pool = Databases.pool();

	private final String schema = Databases.newSchema();

	static List<OldRelease> earlierVersions() {
		return OldRelease.all();
	}

	/**
	 * Older functions may be gone.
	 */
	static List<OldRelease> versionBefore() {
		return OldRelease.all().stream().filter((old) -> old.version() == SchemaVersion.NEEDED - 1).toList();
	}

	@Test
	void everyEarlierVersionIsTried() {
		assertThat(OldRelease.all()).extracting(OldRelease::version)
			.hasSize(SchemaVersion.NEEDED - 1)
			.startsWith(1)
			.doesNotHaveDuplicates();
	}

	@ParameterizedTest
	@MethodSource("earlierVersions")
	void upgradeFromEveryEarlierVersionLosesNothing(OldRelease old) throws Exception {
		old.install(pool, this.schema);
		Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
		Map<String, String> ids;
		try (Connection slow = pool.getConnection()) {
			slow.setAutoCommit(false);
			// stays in progress over the claims of the old release
			execute(slow, "insert into " + quoted("queue_message") + " (queue, payload) values ('orders', '\"slow\"')");
			old.live(pool, this.schema);
			slow.commit();
			slow.setAutoCommit(true);
		}
		ids = idsByPayload();
		assertThat(ids).hasSize(9);
		try (TestInstance app = new TestInstance(pool, Databases.settings(this.schema))) {
			GroupName group = new GroupName("orders", "billing");
			Self self = new Self(app.consumer(), Set.of(group));
			assertThat(app.store().consumers().beat(Map.of("postgres", self)).get("postgres").shared())
				.as("the old one may take from any group")
				.containsExactly(group);
			assertThat(app.store().consumers().fence("postgres", app.consumer(), "old", 0)).isTrue();
			app.store().consumers().rescue(Set.of("postgres"));
			app.listen("orders", "billing", 10, received);
			Set<String> unfinished = new TreeSet<>(ids.keySet());
			unfinished.removeAll(Set.of("\"acked\"", "\"buried\"", "\"next year\""));
			Awaitility.await().until(() -> received.size() >= unfinished.size());
			awaitIdle(app);
			assertThat(received.keySet()).containsExactlyInAnyOrderElementsOf(idsOf(ids, unfinished));
			assertThat(received.values()).allMatch((times) -> times.get() == 1);
			DeadLetter dead = app.store()
				.administration()
				.deadLetters("orders", "billing", PageRequest.first(10))
				.deadLetters()
				.get(0);
			assertThat(dead.payload().asText()).isEqualTo("\"buried\"");
			assertThat(dead.headers()).containsExactly(Map.entry("tenant", "east"));
			assertThat(dead.failure().stackTrace()).isEqualTo("at c");
			assertThat(app.store().administration().replay("orders", "billing", dead.id())).isTrue();
			Awaitility.await().until(() -> received.containsKey(dead.id()));
			GroupStats paused = stats(app, "paused");
			assertThat(paused.paused()).isTrue();
			assertThat(paused.ready().value()).as("all but those that are not due, in its group").isEqualTo(8);
			assertThat(paused.scheduled().value()).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@MethodSource("earlierVersions")
	void upgradedTablesAreThoseOfAFreshInstallation(OldRelease old) throws Exception {
		String fresh = Databases.newSchema();
		store(fresh).initialize();
		old.install(pool, this.schema);
		Map<String, String> before = SchemaCatalogue.of(pool, this.schema);
		store(this.schema).initialize();
		Map<String, String> upgraded = SchemaCatalogue.of(pool, this.schema);
		assertThat(SchemaCatalogue.of(pool, fresh)).hasSizeGreaterThan(100).allSatisfy((thing, description) -> {
			assertThat(upgraded).containsKey(thing);
			assertThat(upgraded.get(thing)).as(thing).isEqualTo(description);
		});
		Map<String, String> left = new HashMap<>(upgraded);
		left.keySet().removeAll(SchemaCatalogue.of(pool, fresh).keySet());
		// versioned functions stay for one more release, as instances of the old one run
		// on
		assertThat(left).allSatisfy((thing, description) -> {
			assertThat(thing).startsWith("function ").contains("_v");
			assertThat(before.get(thing)).isEqualTo(description);
		});
	}

	@ParameterizedTest
	@MethodSource("versionBefore")
	void instancesOfTheOldReleaseRunOnAfterTheUpgrade(OldRelease old) throws Exception {
		old.install(pool, this.schema);
		store(this.schema).initialize();
		old.live(pool, this.schema);
		assertThat(idsByPayload()).hasSize(8);
	}

	@ParameterizedTest
	@MethodSource("earlierVersions")
	void manyInstancesMayUpgradeAtOnce(OldRelease old) throws Exception {
		old.install(pool, this.schema);
		List<PostgresStore> stores = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			stores.add(store(this.schema));
		}
		CyclicBarrier together = new CyclicBarrier(stores.size());
		ExecutorService executor = Executors.newFixedThreadPool(stores.size());
		try {
			List<Future<?>> all = new ArrayList<>();
			stores.forEach((store) -> all.add(executor.submit(() -> {
				together.await();
				store.initialize();
				return null;
			})));
			for (Future<?> one : all) {
				one.get(60, TimeUnit.SECONDS);
			}
		}
		finally {
			executor.shutdown();
		}
		assertThat(number("select version from " + quoted("queue_meta"))).isEqualTo(SchemaVersion.NEEDED);
	}

	@Test
	void scriptThatFindsItsTablesWaitsForNoOpenSend() throws Exception {
		store(this.schema).initialize();
		try (Connection slow = pool.getConnection()) {
			slow.setAutoCommit(false);
			execute(slow, "select " + quoted("queue_send") + "('orders', '1')");
			execute(slow, "select " + quoted("queue_send") + "('orders', '1', delay => '1 hour')");
			try (Connection other = pool.getConnection(); Statement statement = other.createStatement()) {
				statement.execute("set lock_timeout = '1s'");
				other.setAutoCommit(false);
				statement.execute("set local queue.schema = " + statement.enquoteLiteral(this.schema));
				statement.execute(Sql.script());
				other.commit();
				other.setAutoCommit(true);
				statement.execute("reset lock_timeout");
			}
			slow.rollback();
			slow.setAutoCommit(true);
		}
	}

	@Test
	void upgradeGetsItsLocksAsSoonAsTheyAreFree() throws Exception {
		new OldRelease(1).install(pool, this.schema);
		ExecutorService executor = Executors.newSingleThreadExecutor();
		try (Connection busy = pool.getConnection()) {
			busy.setAutoCommit(false);
			execute(busy, "lock table " + quoted("queue_meta") + " in row exclusive mode");
			execute(busy, "lock table " + quoted("queue_retry") + " in row exclusive mode");
			Future<?> upgrade = executor.submit(() -> store(this.schema).initialize());
			Awaitility.await()
				.until(() -> number("select count(*) from pg_locks where not granted and relation = '"
						+ quoted("queue_retry") + "'::regclass") > 0);
			busy.rollback();
			busy.setAutoCommit(true);
			upgrade.get(30, TimeUnit.SECONDS);
		}
		finally {
			executor.shutdown();
		}
		assertThat(number("select version from " + quoted("queue_meta"))).isEqualTo(SchemaVersion.NEEDED);
	}

	@Test
	void upgradeIsTriedAgainAfterADeadlock() throws Exception {
		new OldRelease(1).install(pool, this.schema);
		ExecutorService executor = Executors.newSingleThreadExecutor();
		try (Connection busy = Databases.dedicated().getConnection()) {
			// so that not this session but the upgrade is the victim
			execute(busy, "set deadlock_timeout = '1min'");
			busy.setAutoCommit(false);
			execute(busy, "lock table " + quoted("queue_retry") + " in row exclusive mode");
			Future<?> upgrade = executor.submit(() -> store(this.schema).initialize());
			Awaitility.await()
				.pollInterval(Duration.ofMillis(10))
				.until(() -> number("select count(*) from pg_locks where not granted and relation = '"
						+ quoted("queue_retry") + "'::regclass") > 0);
			execute(busy, "lock table " + quoted("queue_message") + " in row exclusive mode");
			busy.rollback();
			upgrade.get(30, TimeUnit.SECONDS);
		}
		finally {
			executor.shutdown();
		}
		assertThat(number("select version from " + quoted("queue_meta"))).isEqualTo(SchemaVersion.NEEDED);
	}

	@Test
	void tablesOfANewerReleaseAreGoodForThisOne() throws Exception {
		store(this.schema).initialize();
		execute("update " + quoted("queue_meta") + " set version = version + 1");
		Map<String, String> before = SchemaCatalogue.of(pool, this.schema);
		Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
		try (TestInstance app = new TestInstance(pool, Databases.settings(this.schema))) {
			app.listen("orders", "billing", 10, received);
			String id = app.send(false, "orders", "text").get(0);
			Awaitility.await().until(() -> received.containsKey(id));
		}
		assertThat(SchemaCatalogue.of(pool, this.schema)).isEqualTo(before);
		assertThat(number("select version from " + quoted("queue_meta"))).isEqualTo(SchemaVersion.NEEDED + 1);
	}

	@Test
	void scriptOfAnOlderReleaseIsRefused() throws Exception {
		store(this.schema).initialize();
		execute("update " + quoted("queue_meta") + " set version = version + 1");
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(() -> SchemaCatalogue.runScript(pool, this.schema, Sql.script()))
			.withMessageContaining("newer than this script (version " + SchemaVersion.NEEDED + ")");
	}

	private static void awaitIdle(TestInstance app) {
		Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> {
			GroupStats stats = stats(app, "billing");
			return stats.ready().value() == 0 && stats.inFlight().value() == 0 && stats.retrying().value() == 0;
		});
	}

	private static GroupStats stats(TestInstance app, String group) {
		return app.store()
			.administration()
			.stats(Set.of("orders"))
			.stream()
			.filter((stats) -> stats.group().equals(group))
			.findFirst()
			.orElseThrow();
	}

	private static Set<String> idsOf(Map<String, String> ids, Set<String> payloads) {
		return payloads.stream().map(ids::get).collect(Collectors.toSet());
	}

	private Map<String, String> idsByPayload() throws SQLException {
		String sql = "select payload, message_id from %s union all select payload, message_id from %s"
			.formatted(quoted("queue_message"), quoted("queue_scheduled"));
		try (Connection connection = pool.getConnection();
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(sql)) {
			Map<String, String> ids = new HashMap<>();
			while (rows.next()) {
				ids.put(rows.getString(1), rows.getString(2));
			}
			return ids;
		}
	}

	private static PostgresStore store(String schema) {
		return new PostgresStore(pool, Databases.dedicated(), Databases.settings(schema), (event) -> {
		});
	}

	private String quoted(String name) {
		return "\"" + this.schema + "\"." + name;
	}

	private static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private static void execute(String sql) throws SQLException {
		try (Connection connection = pool.getConnection()) {
			execute(connection, sql);
		}
	}

	private static long number(String sql) throws SQLException {
		try (Connection connection = pool.getConnection();
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getLong(1);
		}
	}

}
