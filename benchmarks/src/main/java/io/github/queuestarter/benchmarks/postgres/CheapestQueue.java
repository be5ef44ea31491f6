package io.github.queuestarter.benchmarks.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import io.github.queuestarter.benchmarks.Handled;
import io.github.queuestarter.benchmarks.starter.Ours;

/**
 * The cheapest that SQL can do: select and delete in one transaction. No lease, no
 * attempts, no retry; the row locks are held while the messages are handled.
 */
final class CheapestQueue implements RawQueue {

	private static final String SELECT = """
			select id, payload from raw_queue where queue = ? order by id limit ? for update skip locked""";

	@Override
	public String name() {
		return "cheapest SQL";
	}

	@Override
	public void create(Database database) throws SQLException {
		database.run("""
				create table raw_queue (
				  id bigint generated always as identity,
				  queue text not null,
				  payload text not null,
				  primary key (queue, id))""" + VACUUMED_LIKE_OURS);
	}

	@Override
	public Consumer consumer(Connection connection) throws SQLException {
		connection.setAutoCommit(false);
		PreparedStatement select = connection.prepareStatement(SELECT);
		PreparedStatement delete = connection
			.prepareStatement("delete from raw_queue where queue = ? and id = any (?)");
		return new Consumer() {

			@Override
			public int handleBatch(int most, Handled handled) throws SQLException {
				List<Long> ids = new ArrayList<>();
				select.setString(1, Ours.QUEUE);
				select.setInt(2, most);
				try (ResultSet rows = select.executeQuery()) {
					while (rows.next()) {
						ids.add(rows.getLong(1));
						rows.getString(2);
					}
				}
				ids.forEach((id) -> handled.add(id - 1));
				if (!ids.isEmpty()) {
					delete.setString(1, Ours.QUEUE);
					delete.setArray(2, connection.createArrayOf("int8", ids.toArray()));
					delete.executeUpdate();
				}
				connection.commit();
				return ids.size();
			}

			@Override
			public void close() throws SQLException {
				select.close();
				delete.close();
			}

		};
	}

}
