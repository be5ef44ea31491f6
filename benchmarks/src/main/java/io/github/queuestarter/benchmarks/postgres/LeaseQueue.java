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
 * The classical queue: a status and a lease per row, claimed by an update, done by a
 * delete, each in batches.
 */
final class LeaseQueue implements RawQueue {

	private static final String CLAIM = """
			update raw_queue set status = 'running', attempts = attempts + 1, lease_until = now() + interval '30 seconds'
			 where id in (
			   select id from raw_queue where queue = ? and status = 'ready' order by id limit ? for update skip locked)
			returning id, payload""";

	@Override
	public String name() {
		return "lease queue";
	}

	@Override
	public void create(Database database) throws SQLException {
		database.run("""
				create table raw_queue (
				  id bigint generated always as identity primary key,
				  queue text not null,
				  status text not null default 'ready',
				  attempts int not null default 0,
				  lease_until timestamptz,
				  created_at timestamptz not null default now(),
				  payload text not null)""" + VACUUMED_LIKE_OURS, "create index on raw_queue (queue, status, id)");
	}

	@Override
	public Consumer consumer(Connection connection) throws SQLException {
		connection.setAutoCommit(true);
		PreparedStatement claim = connection.prepareStatement(CLAIM);
		PreparedStatement done = connection.prepareStatement("delete from raw_queue where id = any (?)");
		return new Consumer() {

			@Override
			public int handleBatch(int most, Handled handled) throws SQLException {
				List<Long> ids = new ArrayList<>();
				claim.setString(1, Ours.QUEUE);
				claim.setInt(2, most);
				try (ResultSet rows = claim.executeQuery()) {
					while (rows.next()) {
						ids.add(rows.getLong(1));
						rows.getString(2);
					}
				}
				ids.forEach((id) -> handled.add(id - 1));
				if (!ids.isEmpty()) {
					done.setArray(1, connection.createArrayOf("int8", ids.toArray()));
					done.executeUpdate();
				}
				return ids.size();
			}

			@Override
			public void close() throws SQLException {
				claim.close();
				done.close();
			}

		};
	}

}
