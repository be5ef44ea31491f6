package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.postgres.PostgresStore.Settings;
import io.github.queuestarter.servers.PostgresServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.datasource.DriverManagerDataSource;

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

	private static boolean beat(TestInstance app) {
		return app.store().consumers().beat(Map.of("postgres", app.consumer())).get("postgres").registered();
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
						Duration.ofSeconds(1)));
	}

}
