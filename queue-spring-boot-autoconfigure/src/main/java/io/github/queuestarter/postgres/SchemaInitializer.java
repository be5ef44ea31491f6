package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

import io.github.queuestarter.QueueSchemaException;

/**
 * Makes the store's tables and functions. Any number of instances may do so at once.
 */
final class SchemaInitializer {

	private static final int VERSION = 1;

	private static final int TRIES = 5;

	private static final long LOCK = 7_305_510_884_511L;

	private final Database database;

	private final PostgresStore.Initialize mode;

	SchemaInitializer(Database database, PostgresStore.Initialize mode) {
		this.database = database;
		this.mode = mode;
	}

	/**
	 * Make the tables unless they are there. No DDL when they are current.
	 * @throws QueueSchemaException if they are missing or old and may not be made
	 */
	void initialize() {
		int version = this.database.call("read the version of the queue's tables", this::version);
		if (version >= VERSION) {
			return;
		}
		if (this.mode == PostgresStore.Initialize.NEVER) {
			throw notReady(version);
		}
		this.database.call("make the queue's tables", (connection) -> {
			apply(connection);
			return null;
		});
	}

	private QueueSchemaException notReady(int version) {
		String found = (version == 0) ? "lacks queue tables" : "has queue tables of version " + version;
		return new QueueSchemaException(
				"Schema '" + this.database.sql().schema() + "' " + found + "; this release needs version " + VERSION
						+ ". Run '" + Sql.SCHEMA_SCRIPT
						+ "' of the class path, or set 'queue.postgres.initialize-schema' to 'always'.",
				Sql.SCHEMA_SCRIPT);
	}

	private int version(Connection connection) throws SQLException {
		try {
			return this.database.query(connection, "version", Database.Binder.NONE,
					(rows) -> rows.next() ? rows.getInt(1) : 0);
		}
		catch (SQLException ex) {
			if (SqlFailures.isSchemaMissing(ex)) {
				return 0;
			}
			throw ex;
		}
	}

	private void apply(Connection connection) throws SQLException {
		for (int left = TRIES; left > 0; left--) {
			try {
				applyOnce(connection);
				return;
			}
			catch (SQLException ex) {
				// The wait for the lock has been the pause before the next try
				if (!SqlFailures.isLockNotAvailable(ex) || left == 1) {
					throw ex;
				}
			}
		}
	}

	private void applyOnce(Connection connection) throws SQLException {
		connection.setAutoCommit(false);
		try (Statement statement = connection.createStatement()) {
			statement.execute("set local lock_timeout = '20s'");
			statement.execute("select pg_advisory_xact_lock(" + LOCK + ")");
			statement.execute("set local lock_timeout = '2s'");
			setSchema(connection);
			statement.execute(Sql.script());
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
