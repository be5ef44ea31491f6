package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * The heartbeat's own connection, outside of every pool, opened again after a failure. A
 * half-open connection is given up after the time-out.
 */
final class HeartbeatConnection implements AutoCloseable {

	private final DataSource dedicated;

	private final Duration timeout;

	private @Nullable Connection connection;

	HeartbeatConnection(DataSource dedicated, Duration timeout) {
		this.dedicated = dedicated;
		this.timeout = timeout;
	}

	synchronized <T> T call(String intent, Database.Work<T> work) {
		try {
			return work.call(open());
		}
		catch (SQLException ex) {
			close();
			throw SqlFailures.translate(intent, ex);
		}
	}

	private Connection open() throws SQLException {
		Connection current = this.connection;
		if (current == null) {
			current = this.dedicated.getConnection();
			this.connection = current;
			current.setNetworkTimeout(Runnable::run, (int) this.timeout.toMillis());
			current.setAutoCommit(true);
			// Only where it is needed: it sets the session, and through a pooler that
			// lends
			// sessions per transaction it would reach others
			if (current.getTransactionIsolation() != Connection.TRANSACTION_READ_COMMITTED) {
				current.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
			}
		}
		return current;
	}

	@Override
	public synchronized void close() {
		try (Connection closing = this.connection) {
			this.connection = null;
		}
		catch (SQLException ex) {
			// It was on its way out
		}
	}

}
