package io.github.queuestarter.benchmarks.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

import io.github.queuestarter.benchmarks.starter.Latency;
import io.github.queuestarter.benchmarks.starter.Ours;

/**
 * The insert of a row, commit included.
 */
final class InsertAlone implements Latency.Storage {

	private final Database database;

	private final Connection connection;

	private final PreparedStatement statement;

	InsertAlone(Server server) throws SQLException {
		this.database = server.fresh();
		new CheapestQueue().create(this.database);
		this.connection = this.database.connect();
		this.statement = this.connection.prepareStatement("insert into raw_queue (queue, payload) values (?, ?)");
	}

	@Override
	public void store(String json) throws SQLException {
		this.statement.setString(1, Ours.QUEUE);
		this.statement.setString(2, json);
		this.statement.executeUpdate();
	}

	@Override
	public void close() throws SQLException {
		this.connection.close();
		this.database.close();
	}

}
