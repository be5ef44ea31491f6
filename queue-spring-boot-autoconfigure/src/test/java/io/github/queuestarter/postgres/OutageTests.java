package io.github.queuestarter.postgres;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import io.github.queuestarter.Position;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.postgres.PostgresStore.Settings;
import io.github.queuestarter.servers.PostgresServer;
import io.github.queuestarter.store.Consumers.Self;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.Sink;
import io.github.queuestarter.store.Subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A listener and a heartbeat outlive the death of the server, and one that does not
 * answer. The servers wait for the disk: without synchronous_commit the registration may
 * be lost with the server.
 */
class OutageTests {

	@Test
	void listenerAndHeartbeatGoOnAfterAnOutage() throws Exception {
		try (PostgresServer server = PostgresServer.builder().fsync(true).start();
				HikariDataSource pool = pool(server);
				TestInstance app = instance(server, pool)) {
			Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
			AckingSink sink = app.listen("orders", "billing", 10, received);
			String before = app.send(false, "orders", "before").get(0);
			Awaitility.await().until(() -> received.containsKey(before));
			beat(app);
			server.kill();
			Awaitility.await().until(() -> sink.failedPolls() > 0);
			assertThatExceptionOfType(QueueStoreException.class).isThrownBy(() -> beat(app));
			server.start();
			Awaitility.await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> beat(app));
			String after = app.send(false, "orders", "after").get(0);
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> received.containsKey(after));
		}
	}

	@Test
	void instancesWakeEachOtherAgainAfterAnOutage() throws Exception {
		try (PostgresServer server = PostgresServer.builder().fsync(true).start();
				HikariDataSource pool = pool(server);
				TestInstance receiver = instance(server, pool);
				TestInstance sender = instance(server, pool)) {
			Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
			receiver.listen("orders", "billing", 10, received);
			Awaitility.await().until(receiver::isListening);
			server.kill();
			Awaitility.await().until(() -> !receiver.isListening());
			server.start();
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(receiver::isListening);
			assertThat(receiver.events(QueueEvent.WakeUpsLost.class)).hasSize(1);
			assertThat(receiver.events(QueueEvent.WakeUpsRestored.class)).hasSize(1);
			String id = sender.send(false, "orders", "after").get(0);
			Awaitility.await().until(() -> received.containsKey(id));
		}
	}

	@Test
	void heartbeatGivesUpAConnectionThatDoesNotAnswer() throws Exception {
		try (PostgresServer server = PostgresServer.builder().fsync(true).start();
				HikariDataSource pool = pool(server);
				TestInstance app = instance(server, pool)) {
			beat(app);
			server.suspend();
			long began = System.nanoTime();
			assertThatExceptionOfType(QueueStoreException.class).isThrownBy(() -> beat(app));
			assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
			server.resume();
			Awaitility.await().ignoreExceptions().until(() -> beat(app));
		}
	}

	@Test
	void scheduledMessagesThatCantBeMovedAreToldOfAndComeWhenTheyCan() throws Exception {
		String schema = Databases.newSchema();
		Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
		try (HikariDataSource pool = Databases.pool();
				TestInstance app = new TestInstance(pool, Databases.settings(schema))) {
			app.listen("orders", "billing", 10, received);
			execute(pool, "set search_path = \"" + schema + "\"",
					"create function refuse() returns trigger language plpgsql as"
							+ " $$ begin raise exception 'no space for it'; end $$",
					"create trigger refuse before delete on queue_scheduled execute function refuse()");
			String id = app.sendLater("orders", Duration.ofMillis(1));
			Awaitility.await()
				.untilAsserted(() -> assertThat(app.events()).filteredOn((event) -> event instanceof QueueEvent.Warning)
					.singleElement()
					.asString()
					.contains("Scheduled messages", "no space for it"));
			execute(pool, "drop trigger refuse on \"" + schema + "\".queue_scheduled");
			Awaitility.await().until(() -> received.containsKey(id));
		}
	}

	@Test
	void listenerOutlivesAnErrorInWhoIsToldOfItsFailures() throws Exception {
		String schema = Databases.newSchema();
		Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
		try (HikariDataSource pool = Databases.pool();
				TestInstance app = new TestInstance(pool, Databases.settings(schema));
				AckingSink sink = new AckingSink(app.consumer(), 10, app.store().settlements(), received)) {
			AtomicInteger failures = new AtomicInteger();
			Sink fragile = (Sink) Proxy.newProxyInstance(Sink.class.getClassLoader(), new Class<?>[] { Sink.class },
					(proxy, method, arguments) -> {
						if (method.getName().equals("pollFailed")) {
							throw new OutOfMemoryError("in pollFailed");
						}
						if (method.getName().equals("pollSucceeded") && failures.getAndIncrement() < 2) {
							throw new IllegalStateException("in pollSucceeded");
						}
						return method.invoke(sink, arguments);
					});
			MessageSource source = app.store()
				.reader()
				.open(new Subscription("orders", "billing", Position.earliest(), "test"), fragile);
			source.start();
			Awaitility.await().until(() -> failures.get() > 2);
			String id = app.send(false, "orders", "text").get(0);
			Awaitility.await().until(() -> received.containsKey(id));
			source.stop();
		}
	}

	@Test
	void messagesOfAClaimWhoseAnswerWasSwallowedAreDeliveredOnce() throws Exception {
		String schema = Databases.newSchema();
		Settings settings = impatient(schema);
		Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
		try (HikariDataSource pool = Databases.pool();
				FreezingProxy proxy = new FreezingProxy(pool.getJdbcUrl());
				HikariDataSource through = through(proxy);
				TestInstance sender = new TestInstance(pool, settings);
				TestInstance app = new TestInstance(through, settings)) {
			AckingSink sink = app.listen("orders", "billing", 10, received);
			String before = sender.send(false, "orders", "before").get(0);
			Awaitility.await().until(() -> received.containsKey(before));
			String held = "select count(*) from \"" + schema + "\".queue_delivery";
			Awaitility.await().until(() -> count(pool, held) == 0);
			proxy.swallowAnswersTo("claim_v2");
			List<String> ids = sender.send(false, "orders", "a", "b");
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> count(pool, held) > 0);
			assertThat(received).hasSize(1);
			proxy.swallowAnswersTo(null);
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> received.keySet().containsAll(ids));
			Awaitility.await().until(() -> count(pool, held) == 0);
			assertThat(received.values()).allMatch((times) -> times.get() == 1);
			assertThat(sink.failedPolls()).isPositive();
		}
	}

	private static HikariDataSource through(FreezingProxy proxy) {
		HikariConfig config = Databases.config();
		config.setJdbcUrl(proxy.url());
		// so that each call says what it is
		config.addDataSourceProperty("prepareThreshold", "0");
		return new HikariDataSource(config);
	}

	private static Settings impatient(String schema) {
		Settings settings = Databases.settings(schema);
		return new Settings(schema, settings.initializeSchema(), settings.pollInterval(),
				settings.unjoinedTransaction(), 1000, settings.reconcileInterval(), Duration.ofSeconds(2),
				Duration.ofSeconds(1), settings.heartbeatExpiry(), true);
	}

	@Test
	void frozenConsumerDoesNotKeepOthersFromClaiming() throws Exception {
		String schema = Databases.newSchema();
		Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
		Settings settings = impatient(schema);
		ExecutorService frozen = Executors.newSingleThreadExecutor();
		try (HikariDataSource pool = Databases.pool();
				TestInstance app = new TestInstance(pool, settings);
				FreezingProxy proxy = new FreezingProxy(pool.getJdbcUrl())) {
			execute(pool, "set search_path = \"" + schema + "\"",
					"select create_group_v1('orders', 'billing', 'earliest', 'test')");
			String[] large = IntStream.range(0, 30).mapToObj((i) -> "x".repeat(500_000)).toArray(String[]::new);
			List<String> ids = app.send(false, "orders", large);
			Connection connection = DriverManager.getConnection(proxy.url(), pool.getUsername(), pool.getPassword());
			proxy.freeze();
			frozen.submit(() -> connection.createStatement()
				.executeQuery("select * from \"" + schema + "\".claim_v2('orders', 'billing', '" + app.consumer()
						+ "', 100, false)"));
			Awaitility.await()
				.until(() -> count(pool, "select count(*) from pg_stat_activity"
						+ " where wait_event = 'ClientWrite' and position('" + schema + "' in query) > 0") == 1);
			app.listen("orders", "billing", 10, received);
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
				app.store().consumers().rescue(List.of("postgres"));
				return received.keySet().containsAll(ids);
			});
			assertThat(received.values()).allMatch((times) -> times.get() == 1);
			assertThat(app.events()).filteredOn((event) -> event instanceof QueueEvent.Warning)
				.singleElement()
				.asString()
				.contains("had not taken the answer");
		}
		finally {
			frozen.shutdownNow();
		}
	}

	private static long count(DataSource dataSource, String sql) throws SQLException {
		try (Connection connection = dataSource.getConnection();
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getLong(1);
		}
	}

	private static void execute(HikariDataSource pool, String... statements) throws SQLException {
		try (Connection connection = DriverManager.getConnection(pool.getJdbcUrl(), pool.getUsername(),
				pool.getPassword()); Statement statement = connection.createStatement()) {
			for (String sql : statements) {
				statement.execute(sql);
			}
		}
	}

	private static boolean beat(TestInstance app) {
		return app.store()
			.consumers()
			.beat(Map.of("postgres", new Self(app.consumer(), Set.of())))
			.get("postgres")
			.registered();
	}

	private static HikariDataSource pool(PostgresServer server) {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl(server.jdbcUrl());
		config.setUsername(server.username());
		config.setPassword(server.password());
		config.setMinimumIdle(0);
		config.setConnectionTimeout(2000);
		return new HikariDataSource(config);
	}

	private static TestInstance instance(PostgresServer server, HikariDataSource pool) {
		Settings settings = Databases.settings("queue");
		return new TestInstance(pool,
				new DriverManagerDataSource(server.jdbcUrl(), server.username(), server.password()),
				new Settings("queue", settings.initializeSchema(), settings.pollInterval(),
						settings.unjoinedTransaction(), 1000, settings.reconcileInterval(), Duration.ofSeconds(2),
						Duration.ofSeconds(1), settings.heartbeatExpiry(), true));
	}

}
