package io.github.queuestarter.postgres;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.store.DeadLetterLimits;
import io.github.queuestarter.store.GroupName;
import io.github.queuestarter.store.GroupRemoval;
import io.github.queuestarter.store.Housekeeping;
import io.github.queuestarter.store.RetentionSettings;
import org.jspecify.annotations.Nullable;

/**
 * Removes messages batch by batch, and groups.
 */
final class PostgresHousekeeping implements Housekeeping {

	/**
	 * How many messages a call looks at, in batches.
	 */
	private static final int LONGEST_LOOK = 125_000;

	private static final int MOST_DEAD_LETTERS = 500;

	private static final Duration LONGEST_CALL = Duration.ofSeconds(10);

	private final Database database;

	private final Map<String, Sweep> sweeps = new ConcurrentHashMap<>();

	PostgresHousekeeping(Database database) {
		this.database = database;
	}

	@Override
	public Removal removeFinished(String queue, RetentionSettings retention) {
		Sweep sweep = this.sweeps.computeIfAbsent(queue, (name) -> new Sweep());
		synchronized (sweep) {
			return sweep(queue, retention, sweep);
		}
	}

	private Removal sweep(String queue, RetentionSettings retention, Sweep sweep) {
		long end = System.nanoTime() + LONGEST_CALL.toNanos();
		Sweep.Bound bound = sweep.bound(retention.maxLength(), (length) -> lengthBound(queue, length));
		Removal removal = Removal.NONE;
		QueueStoreException tooLong = null;
		for (int looked = 0; looked < LONGEST_LOOK && System.nanoTime() - end < 0; looked += sweep.batch()) {
			Batch batch;
			try {
				batch = removeBatch(queue, retention, bound, sweep);
			}
			catch (QueueStoreException ex) {
				if (!SqlFailures.isTooLong(ex) || !sweep.shrink()) {
					throw ex;
				}
				tooLong = ex;
				continue;
			}
			removal = removal.plus(batch.removal());
			sweep.moveTo(batch.next(), batch.removal().total());
			if (batch.next() == null) {
				break;
			}
		}
		if (tooLong == null) {
			sweep.grow();
		}
		else if (removal.total() == 0) {
			// nothing removed would mean that there was nothing to remove
			throw tooLong;
		}
		return removal;
	}

	private Batch removeBatch(String queue, RetentionSettings retention, Sweep.@Nullable Bound bound, Sweep sweep) {
		return this.database.query("remove finished messages of '" + queue + "'", "remove-finished", (statement) -> {
			statement.setString(1, queue);
			statement.setDouble(2, seconds(retention.keepDone()));
			if (retention.maxAge() != null) {
				statement.setDouble(3, seconds(retention.maxAge()));
			}
			else {
				statement.setNull(3, Types.DOUBLE);
			}
			bindBound(statement, bound);
			statement.setBoolean(7, retention.lossy());
			statement.setDouble(8, seconds(retention.unclaimed()));
			statement.setString(9, sweep.position().xid());
			statement.setLong(10, sweep.position().id());
			statement.setInt(11, sweep.batch());
			statement.setDouble(12, seconds(RetentionSettings.FOR_READERS));
		}, (rows) -> {
			rows.next();
			// Where somebody reads without a group nobody is waited for
			long abandoned = rows.getLong("abandoned");
			long read = rows.getBoolean("is_read") ? abandoned : 0;
			return new Batch(new Removal(rows.getLong("finished") + read, rows.getLong("trimmed"), abandoned - read),
					position(rows, "next_xid", "next_id"));
		});
	}

	private static void bindBound(PreparedStatement statement, Sweep.@Nullable Bound bound) throws SQLException {
		if (bound != null) {
			statement.setString(4, bound.home());
			statement.setString(5, bound.position().xid());
			statement.setLong(6, bound.position().id());
		}
		else {
			statement.setNull(4, Types.VARCHAR);
			statement.setNull(5, Types.VARCHAR);
			statement.setNull(6, Types.BIGINT);
		}
	}

	private Sweep.@Nullable Bound lengthBound(String queue, long length) {
		return this.database.query("find the newest messages of '" + queue + "'", "length-bound", (statement) -> {
			statement.setString(1, queue);
			statement.setLong(2, length);
		}, (rows) -> {
			Sweep.Position position = rows.next() ? position(rows, "xid", "id") : null;
			return (position != null) ? new Sweep.Bound(rows.getString("home"), position) : null;
		});
	}

	@Override
	public long removeDeadLetters(GroupName group, DeadLetterLimits limits) {
		return this.database.query("remove dead letters of group '" + group.group() + "' of '" + group.queue() + "'",
				"remove-dead-letters", (statement) -> {
					statement.setString(1, group.queue());
					statement.setString(2, group.group());
					if (limits.maxAge() != null) {
						statement.setDouble(3, seconds(limits.maxAge()));
					}
					else {
						statement.setNull(3, Types.DOUBLE);
					}
					if (limits.maxLength() != null) {
						statement.setLong(4, limits.maxLength());
					}
					else {
						statement.setNull(4, Types.BIGINT);
					}
					statement.setInt(5, MOST_DEAD_LETTERS);
				}, (rows) -> {
					rows.next();
					return rows.getLong(1);
				});
	}

	@Override
	public Set<String> unclaimedQueues() {
		return this.database.query("look for queues without a group", "unclaimed-queues", Database.Binder.NONE,
				(rows) -> {
					Set<String> queues = new TreeSet<>();
					while (rows.next()) {
						queues.add(rows.getString(1));
					}
					return queues;
				});
	}

	@Override
	public void markActive(Collection<GroupName> groups) {
		if (groups.isEmpty()) {
			return;
		}
		this.database.call("note the groups that are read", (connection) -> {
			this.database.update(connection, "mark-active", (statement) -> {
				ArrayParameters.texts(statement, 1, groups.stream().map(GroupName::queue).toList());
				ArrayParameters.texts(statement, 2, groups.stream().map(GroupName::group).toList());
			});
			return null;
		});
	}

	@Override
	public @Nullable Duration idle(String queue, String group) {
		return this.database.query("look whether group '" + group + "' of '" + queue + "' is read", "group-idle",
				(statement) -> {
					statement.setString(1, queue);
					statement.setString(2, group);
				}, (rows) -> {
					rows.next();
					double seconds = rows.getDouble(1);
					return rows.wasNull() ? null : Duration.ofMillis((long) (seconds * 1000));
				});
	}

	@Override
	public GroupRemoval removeGroup(String queue, String group, Duration idle) {
		return this.database.query("remove group '" + group + "' of '" + queue + "'", "remove-group", (statement) -> {
			statement.setString(1, queue);
			statement.setString(2, group);
			statement.setDouble(3, seconds(idle));
		}, (rows) -> {
			rows.next();
			return GroupRemoval.valueOf(rows.getString(1).toUpperCase(Locale.ROOT));
		});
	}

	private static double seconds(Duration duration) {
		return Millis.of(duration) / 1000.0;
	}

	private static Sweep.@Nullable Position position(ResultSet row, String xid, String id) throws SQLException {
		String value = row.getString(xid);
		return (value != null) ? new Sweep.Position(value, row.getLong(id)) : null;
	}

	private record Batch(Removal removal, Sweep.@Nullable Position next) {
	}

}
