package io.github.queuestarter.postgres;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many instances rescue at once what the dead have left.
 */
class RescueRaceTests {

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(5);

	private static final int MESSAGES = 300;

	private final String schema = Databases.newSchema();

	@Test
	void rescueTakesNothingFromTheLiving() throws Exception {
		ExecutorService executor = Executors.newCachedThreadPool();
		try (HikariDataSource pool = Databases.pool()) {
			new PostgresStore(pool, Databases.dedicated(), Databases.settings(this.schema), (event) -> {
			}).initialize();
			try (Connection connection = connect(pool); Statement statement = connection.createStatement()) {
				statement.execute("insert into queue_consumer (id) values ('live0'), ('live1')");
				statement.execute("select create_group_v1('orders', 'billing', 'earliest', 'test')");
				statement.execute("insert into queue_retry (queue, group_name, due, message_id, sent_at, payload)"
						+ " select 'orders', 'billing', now(), gen_random_uuid(), now(), '1' from generate_series(1, "
						+ MESSAGES + ")");
			}
			long end = System.nanoTime() + LONG_ENOUGH.toNanos();
			List<Future<Integer>> claimers = new ArrayList<>();
			List<Future<Integer>> rescuers = new ArrayList<>();
			for (int i = 0; i < 2; i++) {
				String consumer = "live" + i;
				claimers.add(executor.submit(() -> claimAndDie(pool, consumer, end)));
			}
			for (int i = 0; i < 3; i++) {
				rescuers.add(executor.submit(() -> rescue(pool, end)));
			}
			for (Future<Integer> claimer : claimers) {
				assertThat(claimer.get(60, TimeUnit.SECONDS)).as("claims").isPositive();
			}
			for (Future<Integer> rescuer : rescuers) {
				assertThat(rescuer.get(60, TimeUnit.SECONDS)).as("rounds").isPositive();
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

	private int claimAndDie(HikariDataSource pool, String consumer, long end) throws SQLException {
		int claims = 0;
		try (Connection connection = connect(pool);
				PreparedStatement claim = connection.prepareStatement(
						"select array_agg(retry) from due_v1('{orders}', '{billing}', ?, '{20}', '{20}', '{-infinity}')"
								+ " where retry is not null");
				PreparedStatement held = connection
					.prepareStatement("select count(*) from queue_retry where id = any (?) and consumer = ?");
				PreparedStatement die = connection
					.prepareStatement("update queue_retry set consumer = 'dead' where id = any (?)")) {
			while (System.nanoTime() < end) {
				claim.setArray(1, connection.createArrayOf("text", new String[] { consumer }));
				Array ids = array(claim);
				if (ids == null) {
					continue;
				}
				held.setArray(1, ids);
				held.setString(2, consumer);
				int count = ((Object[]) ids.getArray()).length;
				for (int look = 0; look < 3; look++) {
					assertThat(number(held)).as("still held by a living consumer").isEqualTo(count);
				}
				die.setArray(1, ids);
				die.executeUpdate();
				claims++;
			}
		}
		return claims;
	}

	private int rescue(HikariDataSource pool, long end) throws SQLException {
		int rounds = 0;
		try (Connection connection = connect(pool); Statement statement = connection.createStatement()) {
			while (System.nanoTime() < end) {
				statement.execute("select * from rescue_v1()");
				rounds++;
			}
		}
		return rounds;
	}

	private Connection connect(HikariDataSource pool) throws SQLException {
		Connection connection = pool.getConnection();
		try (Statement statement = connection.createStatement()) {
			statement.execute("set search_path = \"" + this.schema + "\"");
		}
		return connection;
	}

	private static Array array(PreparedStatement statement) throws SQLException {
		try (ResultSet rows = statement.executeQuery()) {
			return rows.next() ? rows.getArray(1) : null;
		}
	}

	private static int number(PreparedStatement statement) throws SQLException {
		try (ResultSet rows = statement.executeQuery()) {
			rows.next();
			return rows.getInt(1);
		}
	}

}
