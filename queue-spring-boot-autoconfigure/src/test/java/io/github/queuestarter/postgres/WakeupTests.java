package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.Failure;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.postgres.PostgresStore.Initialize;
import io.github.queuestarter.postgres.PostgresStore.Settings;
import io.github.queuestarter.postgres.PostgresStore.UnjoinedTransaction;
import io.github.queuestarter.store.Settlement;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Instances wake each other. So that nothing is found by polling, these poll every 30
 * seconds.
 */
class WakeupTests {

	private static final Duration PROBE_INTERVAL = Duration.ofMillis(200);

	@AutoClose
	private static final HikariDataSource pool = Databases.pool();

	private final String schema = Databases.newSchema();

	private final Map<String, AtomicInteger> received = new ConcurrentHashMap<>();

	@Test
	void messageOfAnotherInstanceArrivesLongBeforeTheNextPoll() throws Exception {
		try (TestInstance receiver = instance("receiver"); TestInstance sender = instance("sender")) {
			awaitIdle(receiver, receiver.listen("orders", "billing", 10, this.received));
			String id = sender.send(false, "orders", "text").get(0);
			soon().until(() -> this.received.containsKey(id));
		}
	}

	@Test
	void messageThatAStoppedInstanceGivesBackIsReceivedAtOnce() throws Exception {
		try (TestInstance receiver = instance("receiver"); TestInstance other = instance("other")) {
			other.store().consumers().register("postgres", "stopping");
			String id = other.send(false, "orders", "text").get(0);
			execute(pool, "select " + function("create_group_v1") + "('orders', 'billing', 'earliest', 'test')",
					"select * from " + function("claim_v2") + "('orders', 'billing', 'stopping', 10, false)");
			awaitIdle(receiver, receiver.listen("orders", "billing", 10, this.received));
			assertThat(this.received).isEmpty();
			other.store().consumers().retire("postgres", "stopping");
			soon().until(() -> this.received.containsKey(id));
		}
	}

	@Test
	void scheduledMessageOfAnotherInstanceIsReceivedWhenItIsDue() throws Exception {
		try (TestInstance receiver = instance("receiver"); TestInstance sender = instance("sender")) {
			awaitIdle(receiver, receiver.listen("orders", "billing", 10, this.received));
			String id = sender.sendLater("orders", Duration.ofMillis(300));
			soon().until(() -> this.received.containsKey(id));
		}
	}

	@Test
	void ownRetriesAndScheduledMessagesAreOnTimeWithoutNotifications() throws Exception {
		try (TestInstance receiver = new TestInstance(pool, settings(false, Duration.ofSeconds(30)))) {
			AckingSink sink = receiver.listen("orders", "billing", 10, this.received,
					(message) -> (message.failures() == 0) ? new Settlement.Retry(message, Duration.ofMillis(300),
							Failure.of(Failure.Kind.EXCEPTION, "not yet")) : new Settlement.Ack(message));
			Awaitility.await().until(() -> sink.polls() > 0);
			String retried = receiver.send(false, "orders", "text").get(0);
			String later = receiver.sendLater("orders", Duration.ofMillis(300));
			soon().until(() -> cameTwice(retried) && cameTwice(later));
		}
	}

	@Test
	void whatOtherInstancesLeftForLaterIsOnTimeWithoutNotifications() throws Exception {
		try (TestInstance sender = new TestInstance(pool, settings(false, Duration.ofSeconds(30)));
				TestInstance receiver = new TestInstance(pool, settings(false, Duration.ofSeconds(30)))) {
			String retried = UUID.randomUUID().toString();
			execute(pool, "select " + function("create_group_v1") + "('orders', 'billing', 'earliest', 'test')",
					"insert into " + function("queue_retry")
							+ " (queue, group_name, due, message_id, sent_at, format, payload) values ('orders', 'billing',"
							+ " clock_timestamp() + interval '3 s', '" + retried + "', now(), 't', 'text')");
			String later = sender.sendLater("orders", Duration.ofSeconds(3));
			receiver.listen("orders", "billing", 10, this.received);
			// The first look brings nothing but the time of the next one
			Awaitility.await()
				.atMost(Duration.ofSeconds(15))
				.until(() -> this.received.containsKey(retried) && this.received.containsKey(later));
		}
	}

	@Test
	void messageThatIsNeverDueKeepsNoOtherWaiting() throws Exception {
		try (TestInstance app = new TestInstance(pool, settings(false, Duration.ofSeconds(30)))) {
			execute(pool, "insert into " + function("queue_scheduled")
					+ " (due, queue, payload) values ('infinity', 'orders', '1')");
			app.listen("orders", "billing", 10, this.received);
			String later = app.sendLater("orders", Duration.ofMillis(300));
			Awaitility.await().until(() -> this.received.containsKey(later));
		}
	}

	private boolean cameTwice(String id) {
		AtomicInteger times = this.received.get(id);
		return times != null && times.get() == 2;
	}

	@Test
	void groupThatAnotherInstanceLetsGoOnReceivesAtOnce() throws Exception {
		try (TestInstance receiver = instance("receiver"); TestInstance other = instance("other")) {
			AckingSink sink = receiver.listen("orders", "billing", 10, this.received);
			Awaitility.await().until(() -> other.store().administration().pause("orders", "billing", true));
			awaitIdle(receiver, sink);
			String id = other.send(false, "orders", "text").get(0);
			int polls = sink.polls();
			soon().until(() -> sink.polls() > polls);
			assertThat(this.received).isEmpty();
			other.store().administration().pause("orders", "billing", false);
			soon().until(() -> this.received.containsKey(id));
		}
	}

	@Test
	void wakeUpsComeBackAfterTheirSessionWasTerminated() throws Exception {
		String name = "wakeup-" + UUID.randomUUID();
		try (TestInstance receiver = instance(name); TestInstance sender = instance("sender")) {
			AckingSink sink = receiver.listen("orders", "billing", 10, this.received);
			Awaitility.await().until(receiver::isListening);
			execute(pool, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = '" + name
					+ "' and pid <> pg_backend_pid()");
			Awaitility.await()
				.until(() -> receiver.events(QueueEvent.WakeUpsRestored.class).size() == 1 && receiver.isListening());
			assertThat(receiver.events(QueueEvent.WakeUpsLost.class)).singleElement()
				.asString()
				.contains("terminating connection");
			awaitIdle(receiver, sink);
			String id = sender.send(false, "orders", "text").get(0);
			soon().until(() -> this.received.containsKey(id));
		}
	}

	@Test
	void whatWasSentWhileNobodyHeardIsLookedForWhenWakeUpsComeBack() throws Exception {
		try (FreezingProxy proxy = new FreezingProxy(pool.getJdbcUrl());
				TestInstance receiver = new TestInstance(pool, through(proxy), settings(true, Duration.ofSeconds(30)),
						PROBE_INTERVAL);
				TestInstance sender = instance("sender")) {
			awaitIdle(receiver, receiver.listen("orders", "billing", 10, this.received));
			proxy.freeze();
			Awaitility.await().until(() -> !receiver.isListening());
			String id = sender.send(false, "orders", "text").get(0);
			proxy.thaw();
			Awaitility.await().until(receiver::isListening);
			soon().until(() -> this.received.containsKey(id));
		}
	}

	@Test
	void pollingGoesOnWhileTheConnectionForWakeUpsIsHalfOpen() throws Exception {
		try (FreezingProxy proxy = new FreezingProxy(pool.getJdbcUrl());
				TestInstance receiver = new TestInstance(pool, through(proxy), settings(true, Duration.ofMillis(500)),
						PROBE_INTERVAL);
				TestInstance sender = instance("sender")) {
			receiver.listen("orders", "billing", 10, this.received);
			Awaitility.await().until(receiver::isListening);
			proxy.freeze();
			Awaitility.await().until(() -> !receiver.isListening());
			String id = sender.send(false, "orders", "text").get(0);
			Awaitility.await().until(() -> this.received.containsKey(id));
			assertThat(receiver.isListening()).isFalse();
			assertThat(receiver.wakeup().get("lastError")).isNotNull();
			proxy.thaw();
			Awaitility.await().until(receiver::isListening);
			assertThat(receiver.events(QueueEvent.WakeUpsLost.class)).hasSize(1);
			assertThat(receiver.events(QueueEvent.WakeUpsRestored.class)).hasSize(1);
			assertThat(receiver.wakeup()).containsEntry("consecutiveErrors", 0).doesNotContainKey("lastError");
		}
	}

	@Test
	void withoutNotificationsNobodyListensAndPollingIsEnough() throws Exception {
		String name = "silent-" + UUID.randomUUID();
		try (TestInstance receiver = new TestInstance(pool, named(name), settings(false, Duration.ofMillis(300)));
				TestInstance sender = new TestInstance(pool, named(name), settings(false, Duration.ofMillis(300)));
				Ear ear = new Ear(Databases.dedicated(), this.schema)) {
			receiver.listen("orders", "billing", 10, this.received);
			String id = sender.send(false, "orders", "text").get(0);
			String later = sender.sendLater("orders", Duration.ofMillis(100));
			Awaitility.await().until(() -> this.received.keySet().containsAll(List.of(id, later)));
			assertThat(ear.heard()).isEmpty();
			assertThat(count("select count(*) from pg_stat_activity where application_name = '" + name + "'")).isZero();
			assertThat(receiver.wakeup()).containsEntry("notify", "off");
		}
	}

	@Test
	void connectionOfThePoolIsNotKeptForWakeUps() throws Exception {
		try (HikariDataSource own = Databases.pool();
				TestInstance receiver = new TestInstance(own, own, settings(true, Duration.ofMillis(300)))) {
			receiver.listen("orders", "billing", 10, this.received);
			String id = receiver.send(false, "orders", "text").get(0);
			Awaitility.await().until(() -> this.received.containsKey(id));
			assertThat(receiver.wakeup()).containsEntry("listening", false)
				.extractingByKey("lastError")
				.asString()
				.contains("does not tell its URL");
		}
	}

	@Test
	void instanceThatOnlySendsDoesNotListen() throws Exception {
		String name = "sender-" + UUID.randomUUID();
		try (TestInstance sender = instance(name); Ear ear = new Ear(Databases.dedicated(), this.schema)) {
			sender.send(false, "orders", "text");
			ear.await("orders");
			assertThat(count("select count(*) from pg_stat_activity where application_name = '" + name + "'")).isZero();
		}
	}

	@Test
	void notificationIsNotPartOfTheCallersTransaction() throws Exception {
		try (TestInstance sender = instance("sender"); Ear ear = new Ear(Databases.dedicated(), this.schema)) {
			int caller = transaction().execute((status) -> {
				sender.send(true, "held", "text");
				// Someone else's commit would have to wait, and come after what was asked
				// for first
				sender.send(false, "free", "text");
				ear.await("free");
				assertThat(ear.heard()).noneMatch((one) -> one.signal().name().equals("held"));
				return backend();
			});
			assertThat(ear.await("held").backend()).isNotEqualTo(caller);
		}
	}

	@Test
	void rolledBackSendWakesNobody() throws Exception {
		try (TestInstance sender = instance("sender"); Ear ear = new Ear(Databases.dedicated(), this.schema)) {
			transaction().executeWithoutResult((status) -> {
				sender.send(true, "never", "text");
				status.setRollbackOnly();
			});
			sender.send(false, "orders", "text");
			ear.await("orders");
			assertThat(ear.heard()).noneMatch((one) -> one.signal().name().equals("never"));
		}
	}

	@Test
	void sendsOfABurstShareANotificationAndTheLastIsAnnounced() throws Exception {
		var config = Databases.config();
		config.setMaximumPoolSize(1);
		try (HikariDataSource narrow = new HikariDataSource(config);
				TestInstance sender = new TestInstance(narrow, settings(true, Duration.ofSeconds(30)));
				Ear ear = new Ear(Databases.dedicated(), this.schema)) {
			sender.send(false, "first", "text");
			ear.await("first");
			try (Connection held = narrow.getConnection()) {
				Notifier notifier = new Notifier(new Database(narrow, new Sql(this.schema), Duration.ofSeconds(5)));
				notifier.send(new Signal(Signal.What.SENT, "me", "orders"));
				// It waits for a connection with the first one
				Awaitility.await().until(() -> narrow.getHikariPoolMXBean().getThreadsAwaitingConnection() == 1);
				for (int i = 0; i < 500; i++) {
					notifier.send(new Signal(Signal.What.SENT, "me", "orders"));
					notifier.send(new Signal(Signal.What.SENT, "me", "invoices"));
				}
				held.close();
				notifier.close();
			}
			ear.await("invoices");
			assertThat(ear.heard()).extracting((one) -> one.signal().name())
				.containsExactly("first", "orders", "orders", "invoices");
		}
	}

	@Test
	void sessionThatHoldsTheLockOfAGroupIsNamed() throws Exception {
		Settings settings = new Settings(this.schema, Initialize.ALWAYS, Duration.ofMillis(100),
				UnjoinedTransaction.AFTER_COMMIT, 1000, Duration.ofMillis(500), Duration.ofSeconds(30),
				Duration.ofSeconds(5), Duration.ofSeconds(1), true);
		try (TestInstance receiver = new TestInstance(pool, settings);
				Connection holder = Databases.dedicated().getConnection();
				Statement statement = holder.createStatement()) {
			AckingSink sink = receiver.listen("orders", "billing", 10, this.received);
			Awaitility.await().until(() -> sink.polls() > 0);
			holder.setAutoCommit(false);
			statement
				.execute("select pg_advisory_xact_lock(" + function("cursor_lock_key_v1") + "('orders', 'billing'))");
			long pid = count(statement, "select pg_backend_pid()");
			Awaitility.await()
				.untilAsserted(
						() -> assertThat(receiver.store().administration().condition().findings()).singleElement()
							.asString()
							.contains("'billing'", "'orders'", "backend process " + pid));
			assertThat(receiver.events(QueueEvent.Warning.class)).hasSize(1);
			assertThat(receiver.events(QueueEvent.ClaimBusy.class)).isNotEmpty();
			holder.commit();
			Awaitility.await().until(() -> receiver.store().administration().condition().findings().isEmpty());
		}
	}

	private Settings settings(boolean notifies, Duration pollInterval) {
		return new Settings(this.schema, Initialize.ALWAYS, pollInterval, UnjoinedTransaction.AFTER_COMMIT, 1000,
				Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofSeconds(20),
				notifies);
	}

	private TestInstance instance(String applicationName) {
		return new TestInstance(pool, named(applicationName), settings(true, Duration.ofSeconds(30)), PROBE_INTERVAL);
	}

	/**
	 * Wait until the next poll is more than four seconds away: each wait is about twice
	 * as long as the one before.
	 */
	private static void awaitIdle(TestInstance instance, AckingSink sink) {
		Awaitility.await().until(instance::isListening);
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.until(() -> sink.lastGap().compareTo(Duration.ofMillis(2200)) > 0);
	}

	private static ConditionFactory soon() {
		return Awaitility.await().atMost(Duration.ofSeconds(4));
	}

	private static DataSource named(String applicationName) {
		Properties properties = new Properties();
		properties.setProperty("ApplicationName", applicationName);
		DriverManagerDataSource dataSource = (DriverManagerDataSource) Databases.dedicated();
		dataSource.setConnectionProperties(properties);
		return dataSource;
	}

	private static DataSource through(FreezingProxy proxy) {
		Properties properties = new Properties();
		properties.setProperty("socketTimeout", "1");
		properties.setProperty("loginTimeout", "1");
		DriverManagerDataSource dataSource = new DriverManagerDataSource(proxy.url(), pool.getUsername(),
				pool.getPassword());
		dataSource.setConnectionProperties(properties);
		return dataSource;
	}

	private static TransactionTemplate transaction() {
		return new TransactionTemplate(new DataSourceTransactionManager(pool));
	}

	private static int backend() {
		return new JdbcTemplate(pool).queryForObject("select pg_backend_pid()", Integer.class);
	}

	private String function(String name) {
		return "\"" + this.schema + "\"." + name;
	}

	private static long count(String sql) throws SQLException {
		try (Connection connection = DriverManager.getConnection(pool.getJdbcUrl(), pool.getUsername(),
				pool.getPassword()); Statement statement = connection.createStatement()) {
			return count(statement, sql);
		}
	}

	private static long count(Statement statement, String sql) throws SQLException {
		try (ResultSet rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getLong(1);
		}
	}

	private static void execute(DataSource dataSource, String... statements) throws SQLException {
		try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
			for (String sql : statements) {
				statement.execute(sql);
			}
		}
	}

}
