package io.github.queuestarter.benchmarks.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

import io.github.queuestarter.benchmarks.Handled;
import io.github.queuestarter.benchmarks.starter.Ours;

/**
 * A queue in a table, in plain JDBC.
 */
interface RawQueue {

	/**
	 * End of the statement that makes the table.
	 */
	String VACUUMED_LIKE_OURS = " with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0)";

	/**
	 * The name of this kind in the report.
	 */
	String name();

	/**
	 * Make the table.
	 */
	void create(Database database) throws SQLException;

	/**
	 * Open a consumer.
	 */
	Consumer consumer(Connection connection) throws SQLException;

	/**
	 * Add messages in one transaction, on a connection for bulk.
	 */
	static void insert(Connection connection, List<String> payloads) throws SQLException {
		connection.setAutoCommit(false);
		try (PreparedStatement statement = connection
			.prepareStatement("insert into raw_queue (queue, payload) values (?, ?)")) {
			for (String payload : payloads) {
				statement.setString(1, Ours.QUEUE);
				statement.setString(2, payload);
				statement.addBatch();
			}
			statement.executeBatch();
		}
		connection.commit();
	}

	/**
	 * Claims and handles.
	 */
	interface Consumer extends AutoCloseable {

		/**
		 * Claim a batch, handle it, and be done with it.
		 * @return how many messages it had
		 */
		int handleBatch(int most, Handled handled) throws SQLException;

		@Override
		void close() throws SQLException;

	}

}
