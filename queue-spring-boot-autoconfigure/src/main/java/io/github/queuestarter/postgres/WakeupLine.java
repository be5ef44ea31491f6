package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * One LISTEN connection, outside of every pool, for all queues of the instance.
 */
final class WakeupLine implements AutoCloseable {

	/**
	 * How long a wait for signals is at most, so that what else there is to do comes in
	 * time.
	 */
	private static final long LONGEST_WAIT = 1000;

	private final Connection connection;

	private final PGConnection notifications;

	private WakeupLine(Connection connection) throws SQLException {
		this.connection = connection;
		this.notifications = connection.unwrap(PGConnection.class);
	}

	/**
	 * Open a connection and listen.
	 * @param timeout how long an answer may take
	 * @param opened told of the connection before it is used, so as to end it from
	 * outside
	 */
	static WakeupLine open(DataSource dedicated, Sql sql, Duration timeout, Opened opened) throws SQLException {
		Connection connection = dedicated.getConnection();
		try {
			opened.on(connection);
			connection.setNetworkTimeout(Runnable::run, (int) timeout.toMillis());
			if (!connection.getAutoCommit()) {
				connection.setAutoCommit(true);
			}
			WakeupLine line = new WakeupLine(connection);
			line.listen(sql);
			return line;
		}
		catch (SQLException | RuntimeException ex) {
			closeQuietly(connection);
			throw ex;
		}
	}

	private void listen(Sql sql) throws SQLException {
		try (Statement statement = this.connection.createStatement()) {
			String channel;
			try (ResultSet rows = statement.executeQuery(sql.get("wakeup-channel"))) {
				rows.next();
				channel = rows.getString(1);
			}
			statement.execute("listen " + channel);
		}
	}

	/**
	 * Whether something stands between the driver and the server that gives each
	 * transaction the session that is free, or may.
	 */
	boolean isPooled() throws SQLException {
		try (Statement statement = this.connection.createStatement();
				ResultSet rows = statement.executeQuery("select pg_backend_pid()")) {
			rows.next();
			return rows.getInt(1) != this.notifications.getBackendPID();
		}
	}

	/**
	 * Ask whether the server is still there. A connection that merely waits would never
	 * learn that it is not.
	 */
	void check(Sql sql) throws SQLException {
		try (Statement statement = this.connection.createStatement();
				ResultSet rows = statement.executeQuery(sql.get("ping"))) {
			rows.next();
		}
	}

	/**
	 * Wait for signals.
	 * @param nanos how long at most
	 * @param heard told of each
	 */
	void read(long nanos, Heard heard) throws SQLException {
		long millis = Math.min(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)), LONGEST_WAIT);
		// Has its own time-out and leaves that of the connection as it is
		PGNotification[] received = this.notifications.getNotifications((int) millis);
		if (received == null) {
			return;
		}
		for (PGNotification notification : received) {
			Signal signal = Signal.of(notification.getParameter());
			if (signal != null) {
				heard.on(signal);
			}
		}
	}

	/**
	 * Close, leaving nothing behind where the session goes back to a pool.
	 */
	@Override
	public void close() {
		try (Statement statement = this.connection.createStatement()) {
			statement.execute("unlisten *");
		}
		catch (SQLException ex) {
			// Nobody listens on a broken one
		}
		closeQuietly(this.connection);
	}

	private static void closeQuietly(@Nullable Connection connection) {
		try (Connection closing = connection) {
			// That is all
		}
		catch (SQLException ex) {
			// It was on its way out
		}
	}

	/**
	 * Told of a connection.
	 */
	@FunctionalInterface
	interface Opened {

		void on(Connection connection);

	}

	/**
	 * Told of a signal.
	 */
	@FunctionalInterface
	interface Heard {

		void on(Signal signal);

	}

}
