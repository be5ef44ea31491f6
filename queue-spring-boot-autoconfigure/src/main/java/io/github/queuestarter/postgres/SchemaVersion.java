package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;

import io.github.queuestarter.QueueSchemaException;

/**
 * The version of the tables in the database beside the one that this release needs. Newer
 * tables are good too: changes are additive, and functions live for one more release.
 */
final class SchemaVersion {

	static final int NEEDED = 2;

	private static final int NONE = 0;

	private final Database database;

	SchemaVersion(Database database) {
		this.database = database;
	}

	/**
	 * Read the version.
	 * @return {@code 0} if there are no tables, or not all of them
	 */
	int read() {
		return this.database.call("read the version of the queue's tables", this::read);
	}

	/**
	 * Read the version inside of a transaction, which goes on if there are no tables.
	 */
	int readWithin(Connection transaction) throws SQLException {
		Savepoint before = transaction.setSavepoint();
		int version = read(transaction);
		if (version == NONE) {
			transaction.rollback(before);
		}
		return version;
	}

	/**
	 * What to tell whoever finds a version that does not do.
	 * @param obstacle why the tables are not made, as the end of a sentence
	 */
	QueueSchemaException notReady(int version, String obstacle) {
		String schema = this.database.sql().schema();
		String found = (version == NONE) ? "lacks queue tables" : "has queue tables of version " + version;
		return new QueueSchemaException(
				"Schema '" + schema + "' " + found + "; this release needs version " + NEEDED + obstacle + ". Run '"
						+ Sql.SCHEMA_SCRIPT
						+ "' of the class path, or set 'queue.postgres.initialize-schema' to 'always'.",
				schema, Sql.SCHEMA_SCRIPT);
	}

	private int read(Connection connection) throws SQLException {
		try {
			return this.database.query(connection, "version", Database.Binder.NONE,
					(rows) -> rows.next() ? rows.getInt(1) : NONE);
		}
		catch (SQLException ex) {
			if (SqlFailures.isSchemaMissing(ex)) {
				return NONE;
			}
			if (SqlFailures.isPrivilegeMissing(ex)) {
				String schema = this.database.sql().schema();
				throw new QueueSchemaException("The role of the application may not use the queue tables in schema '"
						+ schema + "' (" + SqlFailures.firstLine(ex) + ").", schema, Sql.SCHEMA_SCRIPT);
			}
			throw ex;
		}
	}

}
