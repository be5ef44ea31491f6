package io.github.queuestarter.benchmarks.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A database of its own for one contender in one round.
 *
 * @param server the server
 * @param name its name
 * @param url its URL
 */
record Database(Server server, String name, String url) implements AutoCloseable {

	Connection connect() throws SQLException {
		return connect(this.url);
	}

	static Connection connect(String url) throws SQLException {
		return DriverManager.getConnection(url, Server.USER, Server.USER);
	}

	/**
	 * A connection whose batches of inserts become one statement.
	 */
	Connection connectForBulk() throws SQLException {
		return connect(this.url + "?reWriteBatchedInserts=true");
	}

	void run(String... statements) throws SQLException {
		try (Connection connection = connect(); Statement statement = connection.createStatement()) {
			for (String sql : statements) {
				statement.execute(sql);
			}
		}
	}

	long number(String query) throws SQLException {
		try (Connection connection = connect()) {
			return number(connection, query);
		}
	}

	static long number(Connection connection, String query) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(query)) {
			rows.next();
			return rows.getLong(1);
		}
	}

	/**
	 * Bring statistics and disk to the state of a table that has been there for a while.
	 */
	void settle() throws SQLException {
		run("vacuum analyze", "checkpoint");
	}

	@Override
	public void close() throws SQLException {
		this.server.drop(this.name);
	}

}
