package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.Failure;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.postgres.PostgresStore.Initialize;
import io.github.queuestarter.postgres.PostgresStore.Settings;
import io.github.queuestarter.postgres.PostgresStore.UnjoinedTransaction;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Consumers.Self;
import io.github.queuestarter.store.Settlement;
import io.github.queuestarter.testing.TestPostgres;
import io.github.queuestarter.testing.TestServers;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Queues work behind a PgBouncer that lends a session for each transaction.
 */
class PgBouncerTests {

	private static PgBouncer bouncer;

	private static HikariDataSource pool;

	private final String schema = Databases.newSchema();

	private final Map<String, AtomicInteger> received = new ConcurrentHashMap<>();

	@BeforeAll
	static void startPgBouncer() throws Exception {
		assumeTrue(PgBouncer.executable().isPresent(), "pgbouncer is installed");
		TestPostgres postgres = TestServers.postgres();
		bouncer = PgBouncer.before(postgres);
		HikariConfig config = Databases.config();
		config.setJdbcUrl(bouncer.jdbcUrl());
		pool = new HikariDataSource(config);
	}

	@AfterAll
	static void stopPgBouncer() {
		if (bouncer != null) {
			pool.close();
			bouncer.close();
		}
	}

	@Test
	void messagesPassWithoutNotifications() throws Exception {
		try (TestInstance app = new TestInstance(pool, outsideThePool(), settings(false))) {
			assertMessagesPass(app);
			assertThat(app.events(QueueEvent.WakeUpsLost.class)).isEmpty();
		}
	}

	@Test
	void messagesPassWithNotificationsThatAreSwallowedAndTheWarningSaysWhatToSet() throws Exception {
		try (TestInstance app = new TestInstance(pool, outsideThePool(), settings(true), Duration.ofMillis(200))) {
			assertMessagesPass(app);
			Awaitility.await()
				.untilAsserted(() -> assertThat(app.events(QueueEvent.WakeUpsLost.class)).singleElement()
					.asString()
					.contains("PgBouncer", "'queue.postgres.notify' to 'off'"));
			Awaitility.await().until(() -> !app.isListening());
			assertMessagesPass(app);
		}
	}

	private void assertMessagesPass(TestInstance app) throws Exception {
		String queue = "orders-" + this.received.size();
		AckingSink sink = app.listen(queue, "billing", 10, this.received, PgBouncerTests::failOnce);
		List<String> retried = app.send(false, queue, "a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
		String later = app.sendLater(queue, Duration.ofMillis(50));
		TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(pool));
		List<String> joined = transaction.execute((status) -> app.send(true, queue, "joined"));
		List<String> never = transaction.execute((status) -> {
			status.setRollbackOnly();
			return app.send(true, queue, "never");
		});
		for (int i = 0; i < 10; i++) {
			assertThat(app.store()
				.consumers()
				.beat(Map.of("postgres", new Self(app.consumer(), Set.of())))
				.get("postgres")
				.registered()).isTrue();
		}
		Awaitility.await()
			.until(() -> this.received.keySet().containsAll(joined) && this.received.containsKey(later)
					&& retried.stream().allMatch(this::cameTwice));
		assertThat(this.received).doesNotContainKeys(never.toArray(String[]::new));
		assertThat(sink.failedPolls()).isZero();
		assertThat(sink.failure()).isNull();
	}

	private boolean cameTwice(String id) {
		AtomicInteger times = this.received.get(id);
		return times != null && times.get() == 2;
	}

	private static Settlement failOnce(ClaimedMessage message) {
		return (message.failures() == 0)
				? new Settlement.Retry(message, Duration.ofMillis(20), Failure.of(Failure.Kind.EXCEPTION, "not yet"))
				: new Settlement.Ack(message);
	}

	private Settings settings(boolean notifies) {
		return new Settings(this.schema, Initialize.ALWAYS, Duration.ofMillis(200), UnjoinedTransaction.AFTER_COMMIT,
				1000, Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofSeconds(2), Duration.ofSeconds(20),
				notifies);
	}

	private static DataSource outsideThePool() {
		return new DriverManagerDataSource(bouncer.jdbcUrl(), pool.getUsername(), pool.getPassword());
	}

}
