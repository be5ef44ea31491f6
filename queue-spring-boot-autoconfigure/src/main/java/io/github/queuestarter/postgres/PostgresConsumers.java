package io.github.queuestarter.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.store.Consumers;
import io.github.queuestarter.store.GroupName;

/**
 * Registrations of consumers, in one domain for the whole store.
 */
final class PostgresConsumers implements Consumers {

	private static final String DOMAIN = PostgresStore.BACKEND;

	private final Database database;

	private final Rebase rebase;

	private final HeartbeatConnection heartbeat;

	private final HungClaims hungClaims;

	private final Wakeups wakeups;

	PostgresConsumers(Database database, Rebase rebase, HeartbeatConnection heartbeat, HungClaims hungClaims,
			Wakeups wakeups) {
		this.database = database;
		this.rebase = rebase;
		this.hungClaims = hungClaims;
		this.heartbeat = heartbeat;
		this.wakeups = wakeups;
	}

	@Override
	public String domainOf(String queue) {
		return DOMAIN;
	}

	@Override
	public void register(String domain, String consumer) {
		// A registration that is gone may have gone with the whole database
		this.rebase.run();
		this.database.call("register consumer '" + consumer + "'", (connection) -> {
			this.database.update(connection, "register", (statement) -> statement.setString(1, consumer));
			return null;
		});
	}

	@Override
	public Map<String, Beat> beat(Map<String, Self> selves) {
		if (selves.isEmpty()) {
			return Map.of();
		}
		List<String> consumers = selves.values().stream().map(Self::consumer).toList();
		Map<String, GroupName> groups = new TreeMap<>();
		selves.values().forEach((self) -> self.groups().forEach((group) -> groups.put(label(group), group)));
		Found found = this.heartbeat.call("send the heartbeat",
				(connection) -> this.database.query(connection, "beat", (statement) -> {
					ArrayParameters.texts(statement, 1, consumers);
					ArrayParameters.texts(statement, 2, groups.keySet());
				}, (rows) -> read(rows, groups)));
		Map<String, Beat> beats = new HashMap<>();
		selves.forEach((domain, self) -> beats.put(domain,
				new Beat(found.own().contains(self.consumer()), found.others(), found.shared())));
		return beats;
	}

	private static String label(GroupName group) {
		// no name has a line feed
		return group.queue() + "\n" + group.group();
	}

	private static Found read(ResultSet rows, Map<String, GroupName> groups) throws SQLException {
		Found found = new Found(new HashSet<>(), new HashMap<>(), new HashSet<>());
		while (rows.next()) {
			if (rows.getBoolean("own")) {
				found.own().add(rows.getString("id"));
			}
			else {
				found.others().put(rows.getString("id"), rows.getLong("beat"));
				for (String label : (String[]) rows.getArray("shared").getArray()) {
					found.shared().add(Objects.requireNonNull(groups.get(label)));
				}
			}
		}
		return found;
	}

	@Override
	public boolean fence(String domain, String self, String silent, long counter) {
		try {
			return this.database.query("fence consumer '" + silent + "'", "fence", (statement) -> {
				statement.setString(1, self);
				statement.setString(2, silent);
				statement.setLong(3, counter);
			}, ResultSet::next);
		}
		catch (QueueStoreException ex) {
			if (SqlFailures.isDeadlock(ex)) {
				// The other one was about to fence this one, so it is not silent
				return false;
			}
			throw ex;
		}
	}

	@Override
	public List<Rescued> rescue(Collection<String> domains) {
		if (domains.isEmpty()) {
			return List.of();
		}
		List<Rescued> rescued = this.database.query("rescue messages", "rescue", Database.Binder.NONE, (rows) -> {
			List<Rescued> list = new ArrayList<>();
			while (rows.next()) {
				list.add(new Rescued(rows.getString(1), rows.getString(2), rows.getInt(3)));
			}
			return list;
		});
		rescued.forEach((group) -> this.wakeups.retryWithin(group.queue(), 0));
		this.hungClaims.end();
		return rescued;
	}

	@Override
	public void retire(String domain, String consumer) {
		this.database.query("retire consumer '" + consumer + "'", "retire",
				(statement) -> statement.setString(1, consumer), ResultSet::next);
		this.wakeups.dueNow();
	}

	private record Found(Set<String> own, Map<String, Long> others, Set<GroupName> shared) {
	}

}
