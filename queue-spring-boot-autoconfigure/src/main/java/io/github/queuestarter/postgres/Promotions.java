package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Moves scheduled messages that are due into the log.
 */
final class Promotions {

	private static final int MOST = 1000;

	private final Database database;

	private final Wakeups wakeups;

	private final Interval everything = new Interval(Duration.ofSeconds(10));

	private boolean more = true;

	Promotions(Database database, Wakeups wakeups) {
		this.database = database;
		this.wakeups = wakeups;
	}

	/**
	 * Move a batch.
	 * @return whether there may be more
	 */
	boolean promote(Connection connection) throws SQLException {
		// Recent ones first, so as not to walk over the dead versions of old ones each
		// time
		boolean all = this.more || this.everything.isOver();
		if (all) {
			this.everything.begin();
		}
		Set<String> queues = new HashSet<>();
		long moved = this.database.query(connection, all ? "promote" : "promote-recent",
				(statement) -> statement.setInt(1, MOST), (rows) -> {
					long sum = 0;
					while (rows.next()) {
						queues.add(rows.getString("queue"));
						sum += rows.getLong("moved");
					}
					return sum;
				});
		this.wakeups.wake(queues);
		this.more = moved >= MOST;
		return this.more;
	}

}
