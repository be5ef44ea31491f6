package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.queuestarter.store.Housekeeping;
import org.jspecify.annotations.Nullable;

/**
 * Removes finished messages, batch by batch. A call that did not come to the end of a
 * queue is followed by one that goes on from there, so that unfinished messages at the
 * front don't hold up the rest and dead versions are walked over once.
 */
final class PostgresHousekeeping implements Housekeeping {

	private static final int BATCH = 2000;

	private static final int BATCHES = 25;

	private final Database database;

	private final Map<String, Position> positions = new ConcurrentHashMap<>();

	PostgresHousekeeping(Database database) {
		this.database = database;
	}

	@Override
	public long removeFinished(Set<String> queues, Duration keepDone) {
		long removed = 0;
		for (String queue : queues) {
			removed += removeFinished(queue, keepDone);
		}
		return removed;
	}

	private long removeFinished(String queue, Duration keepDone) {
		long removed = 0;
		for (int i = 0; i < BATCHES; i++) {
			Removal removal = removeBatch(queue, keepDone, this.positions.getOrDefault(queue, Position.START));
			removed += removal.count();
			if (removal.next() == null) {
				this.positions.remove(queue);
				break;
			}
			this.positions.put(queue, removal.next());
		}
		return removed;
	}

	private Removal removeBatch(String queue, Duration keepDone, Position from) {
		return this.database.query("remove finished messages of '" + queue + "'", "remove-finished", (statement) -> {
			statement.setString(1, queue);
			statement.setDouble(2, keepDone.toMillis() / 1000.0);
			statement.setString(3, from.xid());
			statement.setLong(4, from.id());
			statement.setInt(5, BATCH);
		}, (rows) -> {
			rows.next();
			String xid = rows.getString("next_xid");
			return new Removal(rows.getLong("removed"),
					(xid != null) ? new Position(xid, rows.getLong("next_id")) : null);
		});
	}

	private record Removal(long count, @Nullable Position next) {
	}

	private record Position(String xid, long id) {

		private static final Position START = new Position("0", 0);

	}

}
