package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

import io.github.queuestarter.QueueSchemaException;
import org.jspecify.annotations.Nullable;

/**
 * Makes the store's tables and functions. Any number of instances may do so at once.
 */
final class SchemaInitializer {

	private static final int TRIES = 5;

	private static final long LOCK = 7_305_510_884_511L;

	/**
	 * An upgrade may build an index over everything that is stored.
	 */
	private static final int LONGEST_UPGRADE_MILLIS = 30 * 60 * 1000;

	private final Database database;

	private final SchemaVersion version;

	private final PostgresStore.Initialize mode;

	SchemaInitializer(Database database, PostgresStore.Initialize mode) {
		this.database = database;
		this.version = new SchemaVersion(database);
		this.mode = mode;
	}

	/**
	 * Make the tables unless they are there. No DDL when they are current or newer.
	 * @throws QueueSchemaException if they are missing or old and may not be made
	 */
	void initialize() {
		int found = this.version.read();
		if (found >= SchemaVersion.NEEDED) {
			return;
		}
		if (this.mode == PostgresStore.Initialize.NEVER) {
			throw this.version.notReady(found, "");
		}
		this.database.<@Nullable Void>call("make the queue's tables", (connection) -> {
			apply(connection, found);
			return null;
		});
	}

	private void apply(Connection connection, int found) throws SQLException {
		for (int left = TRIES; left > 0; left--) {
			try {
				applyOnce(connection);
				return;
			}
			catch (SQLException ex) {
				if (SqlFailures.isPrivilegeMissing(ex)) {
					throw this.version.notReady(found,
							", and the application's role may not make it (" + SqlFailures.firstLine(ex) + ")");
				}
				// The wait for a lock has been the pause before the next try
				if (!SqlFailures.isLockNotAvailable(ex) && !SqlFailures.isDeadlock(ex) || left == 1) {
					throw ex;
				}
			}
		}
	}

	private void applyOnce(Connection connection) throws SQLException {
		connection.setNetworkTimeout(Runnable::run, LONGEST_UPGRADE_MILLIS);
		connection.setAutoCommit(false);
		try (Statement statement = connection.createStatement()) {
			statement.execute("set local statement_timeout = 0");
			statement.execute("set local lock_timeout = '20s'");
			statement.execute("select pg_advisory_xact_lock(" + LOCK + ")");
			// Senders queue up behind a DDL statement that waits
			statement.execute("set local lock_timeout = '2s'");
			if (this.version.readWithin(connection) < SchemaVersion.NEEDED) {
				setSchema(connection);
				statement.execute(Sql.script());
			}
			connection.commit();
		}
		finally {
			connection.rollback();
			connection.setAutoCommit(true);
		}
	}

	private void setSchema(Connection connection) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement("select set_config('queue.schema', ?, true)")) {
			statement.setString(1, this.database.sql().schema());
			statement.execute();
		}
	}

}
