package io.github.queuestarter.benchmarks.postgres;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * A session that holds a snapshot, as a long report does: what was deleted since can't be
 * removed.
 */
final class Pin implements AutoCloseable {

	private final Connection connection;

	Pin(Database database) throws SQLException {
		this.connection = database.connect();
		this.connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
		this.connection.setAutoCommit(false);
		Database.number(this.connection, "select count(*) from pg_class");
	}

	@Override
	public void close() throws SQLException {
		this.connection.close();
	}

}
