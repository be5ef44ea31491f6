package io.github.queuestarter.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuestarter.Count;
import io.github.queuestarter.DeadLetter;
import io.github.queuestarter.DeadLetterPage;
import io.github.queuestarter.GroupStats;
import io.github.queuestarter.PageRequest;
import io.github.queuestarter.Position;
import io.github.queuestarter.QueueException;
import io.github.queuestarter.Rewound;
import io.github.queuestarter.store.Administration;
import io.github.queuestarter.store.GroupName;
import io.github.queuestarter.store.StoreCondition;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.jspecify.annotations.Nullable;

/**
 * Looks at streams by scripts, which run on the master.
 */
final class RedisAdministration implements Administration {

	private static final int COUNT_UP_TO = 10_000;

	private static final int REPLAYS_PER_CALL = 100;

	private static final int CLEARED_PER_CALL = 5000;

	private final RedisCalls calls;

	private final Keyspace keyspace;

	private final DuePoller duePoller;

	private final Permissions permissions;

	private final Positions positions;

	RedisAdministration(RedisCalls calls, Keyspace keyspace, DuePoller duePoller, Permissions permissions) {
		this.calls = calls;
		this.keyspace = keyspace;
		this.duePoller = duePoller;
		this.permissions = permissions;
		this.positions = new Positions(calls);
	}

	/**
	 * {@inheritDoc} Not those whose stream is now another queue's.
	 */
	@Override
	public Set<String> queues() {
		Set<byte[]> names = this.calls.call((commands) -> commands.smembers(this.keyspace.names()));
		Set<String> queues = new LinkedHashSet<>();
		if (names != null) {
			names.forEach((name) -> queues.add(new String(name, StandardCharsets.UTF_8)));
		}
		queues.removeIf(this.keyspace::isReplaced);
		return queues;
	}

	@Override
	public Set<String> groups(String queue) {
		return new LinkedHashSet<>(this.calls.eval(groupNames(queue)).texts());
	}

	@Override
	public void examine(Collection<GroupName> groups) {
		new StreamCheck(this.calls)
			.check(groups.stream().map(GroupName::queue).distinct().map(this.keyspace::queue).toList());
	}

	@Override
	public List<GroupStats> stats(Set<String> queues) {
		List<String> asked = List.copyOf(queues);
		List<Reply> names = this.calls.evalAll(asked.stream().map(this::groupNames).toList());
		List<GroupKeys> groups = new ArrayList<>();
		for (int i = 0; i < asked.size(); i++) {
			QueueKeys queue = this.keyspace.queue(asked.get(i));
			names.get(i).texts().forEach((name) -> groups.add(queue.group(name)));
		}
		List<Reply> replies = this.calls.evalAll(groups.stream().map(RedisAdministration::groupStats).toList());
		List<GroupStats> stats = new ArrayList<>();
		for (int i = 0; i < groups.size(); i++) {
			if (replies.get(i).size() > 0) {
				stats.add(stats(groups.get(i), replies.get(i)));
			}
		}
		return stats;
	}

	@Override
	public DeadLetterPage deadLetters(String queue, String group, PageRequest page) {
		GroupKeys keys = this.keyspace.queue(queue).group(group);
		Reply reply = this.calls.eval(ScriptCall.of(RedisScript.DEAD_LETTERS, List.of(keys.dead()),
				(page.after() != null) ? "(" + page.after() : "-", page.size() + 1));
		int size = Math.min(reply.size(), page.size());
		List<DeadLetter> letters = new ArrayList<>();
		for (int i = 0; i < size; i++) {
			Reply letter = reply.list(i);
			letters.add(DeadLetters.read(queue, group, letter.text(0), letter.list(1).fields()));
		}
		boolean last = reply.size() <= page.size();
		return new DeadLetterPage(letters, last ? null : new PageRequest(reply.list(size - 1).text(0), page.size()));
	}

	@Override
	public boolean replay(String queue, String group, String id) {
		return replay(this.keyspace.queue(queue).group(group), 1, id) == 1;
	}

	@Override
	public int replay(String queue, String group, int most) {
		GroupKeys keys = this.keyspace.queue(queue).group(group);
		int replayed = 0;
		int step = REPLAYS_PER_CALL;
		while (replayed < most && step == REPLAYS_PER_CALL) {
			step = replay(keys, Math.min(REPLAYS_PER_CALL, most - replayed), "");
			replayed += step;
		}
		return replayed;
	}

	private int replay(GroupKeys keys, int most, String id) {
		int replayed = this.calls.eval(ScriptCall.of(RedisScript.REPLAY,
				List.of(keys.dead(), keys.deadIds(), keys.replayed().stream(), keys.replayed().retry()),
				keys.groupBytes(), most, id))
			.count(0);
		this.duePoller.lookAtGroup(keys.queue().queue(), keys.group(), Duration.ZERO);
		return replayed;
	}

	@Override
	public boolean discard(String queue, String group, String id) {
		GroupKeys keys = this.keyspace.queue(queue).group(group);
		return this.calls.eval(ScriptCall.of(RedisScript.DISCARD, List.of(keys.dead(), keys.deadIds()), id)).flag(0);
	}

	@Override
	public boolean cancel(String queue, String id) {
		QueueKeys keys = this.keyspace.queue(queue);
		return this.calls.eval(ScriptCall.of(RedisScript.CANCEL, List.of(keys.scheduled(), keys.bodies()), id)).flag(0);
	}

	@Override
	public boolean pause(String queue, String group, boolean paused) {
		QueueKeys keys = this.keyspace.queue(queue);
		boolean there = this.calls
			.eval(ScriptCall.of(RedisScript.PAUSE, List.of(keys.stream(), keys.groups()), group, paused ? 1 : 0))
			.flag(0);
		if (there) {
			this.duePoller.pause(queue, group, paused);
		}
		return there;
	}

	@Override
	public @Nullable Rewound rewind(String queue, String group, Position position) {
		if (!groups(queue).contains(group)) {
			return null;
		}
		GroupKeys keys = this.keyspace.queue(queue).group(group);
		String from = this.positions.find(keys.queue(), position);
		if (from == null) {
			throw new QueueException("Queue '" + queue + "' keeps no message with the id '" + position
					+ "'. Name one that it keeps, or a time.");
		}
		Reply first = rewind(keys, from);
		if (!first.flag(0)) {
			return null;
		}
		Reply last = first;
		while (last.flag(1)) {
			last = rewind(keys, "");
		}
		if (first.size() < 4) {
			return Rewound.AT_THE_END;
		}
		Entry entry = Entry.read(first.text(2), first.list(3).fields());
		return new Rewound(entry.id(), entry.sentAt());
	}

	private Reply rewind(GroupKeys keys, String from) {
		return this.calls.eval(ScriptCall.of(RedisScript.REWIND,
				List.of(keys.log().stream(), keys.queue().groups(), keys.log().retry(), keys.log().attempts()),
				keys.groupBytes(), from, CLEARED_PER_CALL));
	}

	@Override
	public StoreCondition condition() {
		List<String> findings = new ArrayList<>(this.permissions.findings());
		findings.addAll(this.duePoller.findings());
		return new StoreCondition(Map.of(), findings);
	}

	@Override
	public void ping() {
		this.calls.call(RedisClusterAsyncCommands::ping);
	}

	private ScriptCall groupNames(String queue) {
		return ScriptCall.of(RedisScript.GROUP_NAMES, List.of(this.keyspace.queue(queue).stream()));
	}

	private static ScriptCall groupStats(GroupKeys keys) {
		return ScriptCall.of(RedisScript.GROUP_STATS,
				List.of(keys.queue().stream(), keys.queue().groups(), keys.log().retry(), keys.replayed().stream(),
						keys.replayed().retry(), keys.dead(), keys.queue().scheduled()),
				keys.groupBytes(), COUNT_UP_TO);
	}

	private static GroupStats stats(GroupKeys keys, Reply reply) {
		Count ready = reply.flag(2) ? Count.atLeast(reply.number(1)) : Count.exactly(reply.number(1));
		return new GroupStats(keys.queue().queue(), keys.group(), RedisStore.BACKEND, reply.flag(0), ready,
				Count.exactly(reply.number(3)), Count.exactly(reply.number(4)), Count.exactly(reply.number(5)),
				Count.exactly(reply.number(6)), Duration.ofMillis(reply.number(7)));
	}

}
