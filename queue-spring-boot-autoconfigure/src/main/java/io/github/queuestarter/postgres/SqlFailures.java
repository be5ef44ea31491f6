package io.github.queuestarter.postgres;

import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.util.Set;

import io.github.queuestarter.QueueStoreException;
import org.jspecify.annotations.Nullable;

/**
 * Tells the errors of Postgres apart.
 */
final class SqlFailures {

	private static final Set<String> MISSING = Set.of("42P01", "42883", "3F000", "42704");

	private static final String INSUFFICIENT_PRIVILEGE = "42501";

	private static final String ISOLATION = "QS001";

	private static final String NOT_AT_HOME = "QS003";

	private static final String LOCK_NOT_AVAILABLE = "55P03";

	private static final String QUERY_CANCELED = "57014";

	private static final String DEADLOCK = "40P01";

	private SqlFailures() {
	}

	static QueueStoreException translate(String intent, SQLException ex) {
		return new QueueStoreException("Could not " + intent + " (" + firstLine(ex) + "). " + advice(ex), ex);
	}

	/**
	 * Whether the store's schema, tables or functions are gone.
	 */
	static boolean isSchemaMissing(@Nullable Throwable ex) {
		SQLException cause = sqlException(ex);
		return cause != null && cause.getSQLState() != null && MISSING.contains(cause.getSQLState());
	}

	/**
	 * Whether the role of the application lacks a right.
	 */
	static boolean isPrivilegeMissing(@Nullable Throwable ex) {
		SQLException cause = sqlException(ex);
		return cause != null && INSUFFICIENT_PRIVILEGE.equals(cause.getSQLState());
	}

	/**
	 * Whether a function refused because the transaction was not READ COMMITTED.
	 */
	static boolean isIsolation(SQLException ex) {
		return ISOLATION.equals(ex.getSQLState());
	}

	/**
	 * Whether a function refused because the tables were copied from another database.
	 */
	static boolean isNotAtHome(@Nullable Throwable ex) {
		SQLException cause = sqlException(ex);
		return cause != null && NOT_AT_HOME.equals(cause.getSQLState());
	}

	static boolean isLockNotAvailable(SQLException ex) {
		return LOCK_NOT_AVAILABLE.equals(ex.getSQLState());
	}

	static boolean isDeadlock(@Nullable Throwable ex) {
		SQLException cause = sqlException(ex);
		return cause != null && DEADLOCK.equals(cause.getSQLState());
	}

	/**
	 * Whether a statement was ended because it took, or waited, too long.
	 */
	static boolean isTooLong(@Nullable Throwable ex) {
		SQLException cause = sqlException(ex);
		return cause != null && (QUERY_CANCELED.equals(cause.getSQLState()) || isLockNotAvailable(cause)
				|| cause.getCause() instanceof SocketTimeoutException);
	}

	private static @Nullable SQLException sqlException(@Nullable Throwable ex) {
		Throwable candidate = ex;
		while (candidate != null && !(candidate instanceof SQLException)) {
			candidate = candidate.getCause();
		}
		return (SQLException) candidate;
	}

	static String firstLine(Throwable ex) {
		String message = String.valueOf(ex.getMessage());
		int end = message.indexOf('\n');
		return (end > 0) ? message.substring(0, end) : message;
	}

	private static String advice(SQLException ex) {
		if (isSchemaMissing(ex)) {
			return "Run '" + Sql.SCHEMA_SCRIPT + "', or set 'queue.postgres.initialize-schema' to 'always'.";
		}
		if (isPrivilegeMissing(ex)) {
			return "Grant the role of the application what docs/postgres.md lists under least privilege.";
		}
		if (isLockNotAvailable(ex)) {
			return "Another session holds a lock on the queue's tables, a long transaction for instance. Try again when"
					+ " it has ended.";
		}
		String state = ex.getSQLState();
		if (state == null || state.startsWith("08") || state.startsWith("57P")) {
			return "Check that the database runs and that the connection pool is large enough; it is safe to try again.";
		}
		return "Look up SQLSTATE " + state + " in the Postgres documentation.";
	}

}
