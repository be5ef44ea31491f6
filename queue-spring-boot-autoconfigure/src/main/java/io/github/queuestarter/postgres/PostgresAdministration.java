package io.github.queuestarter.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

import io.github.queuestarter.Count;
import io.github.queuestarter.DeadLetterPage;
import io.github.queuestarter.GroupStats;
import io.github.queuestarter.PageRequest;
import io.github.queuestarter.Position;
import io.github.queuestarter.QueueException;
import io.github.queuestarter.Rewound;
import io.github.queuestarter.store.Administration;
import io.github.queuestarter.store.GroupName;
import io.github.queuestarter.store.StoreCondition;
import org.jspecify.annotations.Nullable;

/**
 * What operators look at and do, each on a connection of its own.
 */
final class PostgresAdministration implements Administration {

	private static final int COUNT_UP_TO = 10_000;

	private final Database database;

	private final DeadLetters deadLetters;

	private final Wakeups wakeups;

	private final Supplier<StoreCondition> condition;

	PostgresAdministration(Database database, Wakeups wakeups, Supplier<StoreCondition> condition) {
		this.database = database;
		this.deadLetters = new DeadLetters(database);
		this.wakeups = wakeups;
		this.condition = condition;
	}

	@Override
	public Set<String> queues() {
		return this.database.query("list the queues", "queues", Database.Binder.NONE, PostgresAdministration::names);
	}

	@Override
	public Set<String> groups(String queue) {
		return this.database.query("list the groups of '" + queue + "'", "groups",
				(statement) -> statement.setString(1, queue), PostgresAdministration::names);
	}

	/**
	 * {@inheritDoc} The tables were looked at when the store was made.
	 */
	@Override
	public void examine(Collection<GroupName> groups) {
	}

	@Override
	public List<GroupStats> stats(Set<String> queues) {
		return this.database.query("count the messages of " + queues, "stats", (statement) -> {
			ArrayParameters.texts(statement, 1, queues);
			statement.setInt(2, COUNT_UP_TO);
		}, (rows) -> {
			List<GroupStats> stats = new ArrayList<>();
			while (rows.next()) {
				stats.add(stats(rows));
			}
			return stats;
		});
	}

	@Override
	public DeadLetterPage deadLetters(String queue, String group, PageRequest page) {
		return this.deadLetters.page(queue, group, page);
	}

	@Override
	public boolean replay(String queue, String group, String id) {
		return replayed(queue, this.deadLetters.replay(queue, group, id)) > 0;
	}

	@Override
	public int replay(String queue, String group, int most) {
		return replayed(queue, this.deadLetters.replay(queue, group, most));
	}

	@Override
	public boolean discard(String queue, String group, String id) {
		return this.deadLetters.discard(queue, group, id);
	}

	@Override
	public boolean cancel(String queue, String id) {
		return DeadLetters.isId(id)
				&& this.database.query("cancel message '" + id + "' of '" + queue + "'", "cancel", (statement) -> {
					statement.setString(1, id);
					statement.setString(2, queue);
				}, ResultSet::next);
	}

	@Override
	public boolean pause(String queue, String group, boolean paused) {
		boolean found = this.database.query("pause group '" + group + "' of '" + queue + "'", "pause", (statement) -> {
			statement.setBoolean(1, paused);
			statement.setString(2, queue);
			statement.setString(3, group);
		}, ResultSet::next);
		if (found && !paused) {
			this.wakeups.sent(Set.of(queue));
			this.wakeups.retryWithin(queue, 0);
		}
		return found;
	}

	@Override
	public @Nullable Rewound rewind(String queue, String group, Position position) {
		if (!Places.isPossible(position)) {
			return groups(queue).contains(group) ? refuse(queue, position) : null;
		}
		Rewound rewound = this.database.query("rewind group '" + group + "' of '" + queue + "'", "rewind",
				(statement) -> {
					statement.setString(1, queue);
					statement.setString(2, group);
					statement.setString(3, Places.text(position));
				}, (rows) -> {
					rows.next();
					return switch (rows.getString("outcome")) {
						case "unknown" -> null;
						case "not kept" -> refuse(queue, position);
						default ->
							new Rewound(rows.getString("message_id"), MessageColumns.instantOrNull(rows, "sent_at"));
					};
				});
		if (rewound != null) {
			this.wakeups.sent(Set.of(queue));
		}
		return rewound;
	}

	private static Rewound refuse(String queue, Position message) {
		throw new QueueException("Queue '" + queue + "' keeps no message with the id '" + message
				+ "'. Name one that it keeps, or a time.");
	}

	@Override
	public void ping() {
		this.database.query("reach the database", "ping", Database.Binder.NONE, ResultSet::next);
	}

	@Override
	public StoreCondition condition() {
		return this.condition.get();
	}

	private int replayed(String queue, int count) {
		if (count > 0) {
			this.wakeups.retryWithin(queue, 0);
		}
		return count;
	}

	private static GroupStats stats(ResultSet row) throws SQLException {
		return new GroupStats(row.getString("queue"), row.getString("group_name"), PostgresStore.BACKEND,
				row.getBoolean("paused"), count(row, "ready"), Count.exactly(row.getLong("in_flight")),
				count(row, "retrying"), count(row, "scheduled"), count(row, "dead_letters"),
				Duration.ofMillis((long) (row.getDouble("idle") * 1000)));
	}

	private static Count count(ResultSet row, String column) throws SQLException {
		long value = row.getLong(column);
		return (value > COUNT_UP_TO) ? Count.atLeast(COUNT_UP_TO) : Count.exactly(value);
	}

	private static Set<String> names(ResultSet rows) throws SQLException {
		Set<String> names = new TreeSet<>();
		while (rows.next()) {
			names.add(rows.getString(1));
		}
		return names;
	}

}
