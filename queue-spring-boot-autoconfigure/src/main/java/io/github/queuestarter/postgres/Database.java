package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * Runs the store's own statements, each in a transaction of its own and never in the
 * caller's.
 */
final class Database {

	private final DataSource dataSource;

	private final Sql sql;

	private final Duration networkTimeout;

	/**
	 * Whether the pool hands out connections that are not READ COMMITTED; null until the
	 * first one was asked, which costs a round trip.
	 */
	private volatile @Nullable Boolean setsIsolation;

	Database(DataSource dataSource, Sql sql, Duration networkTimeout) {
		this.dataSource = dataSource;
		this.sql = sql;
		this.networkTimeout = networkTimeout;
	}

	Sql sql() {
		return this.sql;
	}

	/**
	 * Run a statement and read its answer.
	 * @param intent what this is for, as in "could not ..."
	 * @param statement name of the statement
	 */
	<T extends @Nullable Object> T query(String intent, String statement, Binder binder, Reading<T> reading) {
		return call(intent, (connection) -> query(connection, statement, binder, reading));
	}

	<T extends @Nullable Object> T query(Connection connection, String statement, Binder binder, Reading<T> reading)
			throws SQLException {
		try (PreparedStatement prepared = connection.prepareStatement(this.sql.get(statement))) {
			binder.bind(prepared);
			try (ResultSet rows = prepared.executeQuery()) {
				return reading.read(rows);
			}
		}
	}

	void update(Connection connection, String statement, Binder binder) throws SQLException {
		try (PreparedStatement prepared = connection.prepareStatement(this.sql.get(statement))) {
			binder.bind(prepared);
			prepared.executeUpdate();
		}
	}

	/**
	 * Run statements on a connection in auto-commit mode and READ COMMITTED.
	 */
	<T extends @Nullable Object> T call(String intent, Work<T> work) {
		try {
			try {
				return borrowAndCall(work);
			}
			catch (SQLException ex) {
				if (!sawOtherIsolation(ex)) {
					throw ex;
				}
				return borrowAndCall(work);
			}
		}
		catch (SQLException ex) {
			throw SqlFailures.translate(intent, ex);
		}
	}

	private <T extends @Nullable Object> T borrowAndCall(Work<T> work) throws SQLException {
		try (BorrowedConnection borrowed = BorrowedConnection.from(this.dataSource, this.networkTimeout,
				setsIsolation())) {
			return work.call(borrowed.connection());
		}
	}

	/**
	 * Look whether a statement was refused for its isolation: someone left a connection
	 * with another default. From now on it is set each time.
	 */
	boolean sawOtherIsolation(SQLException ex) {
		boolean isolation = SqlFailures.isIsolation(ex);
		if (isolation) {
			this.setsIsolation = true;
		}
		return isolation;
	}

	/**
	 * Whether the isolation has to be set each time, because the pool has another
	 * default.
	 */
	boolean setsIsolation() throws SQLException {
		Boolean known = this.setsIsolation;
		if (known == null) {
			try (BorrowedConnection borrowed = BorrowedConnection.from(this.dataSource, this.networkTimeout, true)) {
				known = borrowed.hadOtherIsolation();
			}
			this.setsIsolation = known;
		}
		return known;
	}

	/**
	 * Sets the parameters of a statement.
	 */
	@FunctionalInterface
	interface Binder {

		Binder NONE = (statement) -> {
		};

		void bind(PreparedStatement statement) throws SQLException;

	}

	/**
	 * Reads the answer of a statement.
	 */
	@FunctionalInterface
	interface Reading<T extends @Nullable Object> {

		T read(ResultSet rows) throws SQLException;

	}

	/**
	 * Several statements on one connection.
	 */
	@FunctionalInterface
	interface Work<T extends @Nullable Object> {

		T call(Connection connection) throws SQLException;

	}

}
