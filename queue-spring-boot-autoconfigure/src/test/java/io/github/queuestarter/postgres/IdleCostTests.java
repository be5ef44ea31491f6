package io.github.queuestarter.postgres;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.postgres.PostgresStore.Initialize;
import io.github.queuestarter.postgres.PostgresStore.Settings;
import io.github.queuestarter.postgres.PostgresStore.UnjoinedTransaction;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An idle instance costs next to nothing.
 */
class IdleCostTests {

	private static final int LISTENERS = 50;

	private static final Duration POLL_INTERVAL = Duration.ofSeconds(1);

	private final String schema = Databases.newSchema();

	private final Map<String, AtomicInteger> received = new ConcurrentHashMap<>();

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void idleListenersShareTheirLooks(boolean notifies) throws Exception {
		try (HikariDataSource pool = Databases.pool()) {
			Statements statements = new Statements(pool);
			try (TestInstance app = new TestInstance(statements, settings(notifies))) {
				List<AckingSink> sinks = IntStream.range(0, LISTENERS)
					.mapToObj((i) -> app.listen("queue-" + i, "group", 10, this.received))
					.toList();
				// 5 ms, 10 ms and so on, until it is the poll interval
				Awaitility.await()
					.atMost(Duration.ofSeconds(20))
					.until(() -> sinks.stream().allMatch((sink) -> sink.polls() > 9));
				int before = statements.count();
				long began = System.nanoTime();
				Awaitility.await().pollDelay(Duration.ofSeconds(5)).until(() -> true);
				double intervals = (System.nanoTime() - began) / (double) POLL_INTERVAL.toNanos();
				int asked = statements.count() - before;
				// two for all per interval, the probe of wake-ups, and some room
				assertThat(asked).isGreaterThan(5).isLessThanOrEqualTo((int) (3 * intervals) + 2);
			}
		}
	}

	private Settings settings(boolean notifies) {
		Settings defaults = Settings.defaults();
		return new Settings(this.schema, Initialize.ALWAYS, POLL_INTERVAL, UnjoinedTransaction.AFTER_COMMIT,
				defaults.settleBatch(), defaults.reconcileInterval(), defaults.networkTimeout(),
				defaults.heartbeatTimeout(), defaults.heartbeatExpiry(), notifies);
	}

	/**
	 * Counts the statements of its users.
	 */
	private static final class Statements extends DelegatingDataSource {

		private final AtomicInteger count = new AtomicInteger();

		private Statements(DataSource target) {
			super(target);
		}

		int count() {
			return this.count.get();
		}

		@Override
		public Connection getConnection() throws SQLException {
			Connection connection = super.getConnection();
			return (Connection) Proxy.newProxyInstance(Connection.class.getClassLoader(),
					new Class<?>[] { Connection.class }, (proxy, method, arguments) -> {
						if (method.getName().equals("prepareStatement") || method.getName().equals("createStatement")) {
							this.count.incrementAndGet();
						}
						try {
							return method.invoke(connection, arguments);
						}
						catch (InvocationTargetException ex) {
							throw ex.getTargetException();
						}
					});
		}

	}

}
