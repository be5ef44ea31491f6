package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import javax.sql.DataSource;

/**
 * A connection of the application's pool that the store uses for a moment: in auto-commit
 * mode and READ COMMITTED whatever the pool's default is, and given back as it was.
 */
final class BorrowedConnection implements AutoCloseable {

	private final Connection connection;

	private final boolean autoCommit;

	private final int isolation;

	private final int networkTimeout;

	private BorrowedConnection(Connection connection, Duration networkTimeout, boolean setsIsolation)
			throws SQLException {
		this.connection = connection;
		this.networkTimeout = connection.getNetworkTimeout();
		connection.setNetworkTimeout(Runnable::run, (int) networkTimeout.toMillis());
		this.autoCommit = connection.getAutoCommit();
		if (!this.autoCommit) {
			connection.setAutoCommit(true);
		}
		this.isolation = setsIsolation ? connection.getTransactionIsolation() : Connection.TRANSACTION_READ_COMMITTED;
		if (this.isolation != Connection.TRANSACTION_READ_COMMITTED) {
			connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
		}
	}

	static BorrowedConnection from(DataSource dataSource, Duration networkTimeout, boolean setsIsolation)
			throws SQLException {
		Connection connection = dataSource.getConnection();
		try {
			return new BorrowedConnection(connection, networkTimeout, setsIsolation);
		}
		catch (SQLException | RuntimeException ex) {
			connection.close();
			throw ex;
		}
	}

	Connection connection() {
		return this.connection;
	}

	/**
	 * Whether the pool handed it out with another isolation than READ COMMITTED.
	 */
	boolean hadOtherIsolation() {
		return this.isolation != Connection.TRANSACTION_READ_COMMITTED;
	}

	@Override
	public void close() throws SQLException {
		try (Connection closing = this.connection) {
			if (!closing.isClosed()) {
				restore(closing);
			}
		}
	}

	private void restore(Connection closing) throws SQLException {
		if (this.isolation != Connection.TRANSACTION_READ_COMMITTED) {
			closing.setTransactionIsolation(this.isolation);
		}
		if (!this.autoCommit) {
			closing.setAutoCommit(false);
		}
		closing.setNetworkTimeout(Runnable::run, this.networkTimeout);
	}

}
