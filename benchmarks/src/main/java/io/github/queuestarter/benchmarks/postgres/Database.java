package io.github.queuestarter.benchmarks.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.LockSupport;

import io.github.queuestarter.benchmarks.starter.Home;

/**
 * A database of its own for one contender in one round.
 *
 * @param server the server
 * @param name its name
 * @param url its URL
 */
record Database(Server server, String name, String url) implements Home {

	private static final long LOOK_AGAIN_NANOS = 2_000_000;

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
	 * {@inheritDoc} The tables are made first, as an application does it.
	 */
	@Override
	public void fill(int messages) throws SQLException {
		PinnedSnapshot.createTables(this);
		Payloads.fillOurs(this, 0, messages);
	}

	@Override
	public void awaitNothingHeld() throws SQLException {
		try (Connection connection = connect()) {
			while (number(connection,
					"select (select count(*) from queue.queue_delivery) + (select count(*) from queue.queue_retry)") > 0) {
				LockSupport.parkNanos(LOOK_AGAIN_NANOS);
			}
		}
	}

	@Override
	public Load load() throws SQLException {
		return new Load("transactions", number("""
				select xact_commit + xact_rollback from pg_stat_database where datname = current_database()"""),
				number("""
						select count(*) from pg_stat_activity
						 where datname = current_database() and pid <> pg_backend_pid()"""));
	}

	@Override
	public void settle() throws SQLException {
		run("vacuum analyze", "checkpoint");
	}

	@Override
	public void close() throws SQLException {
		this.server.drop(this.name);
	}

}
