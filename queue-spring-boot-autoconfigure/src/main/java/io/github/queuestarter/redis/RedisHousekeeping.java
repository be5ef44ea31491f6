package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.github.queuestarter.store.DeadLetterLimits;
import io.github.queuestarter.store.GroupName;
import io.github.queuestarter.store.GroupRemoval;
import io.github.queuestarter.store.Housekeeping;
import io.github.queuestarter.store.RetentionSettings;
import org.jspecify.annotations.Nullable;

/**
 * Trims streams, and removes groups.
 */
final class RedisHousekeeping implements Housekeeping {

	private static final int MOST = 10_000;

	private static final int MOST_DEAD_LETTERS = 500;

	private static final int STEP = 100;

	private static final int STEPS = 25;

	/**
	 * A round of steps that removes fewer has come to the end, or nearly.
	 */
	private static final int WORTH_ANOTHER = 1000;

	private static final Duration LONGEST_CALL = Duration.ofSeconds(10);

	static final long LOST_GROUP_TTL = Duration.ofDays(1).toMillis();

	/**
	 * Longer times are taken as this one: scripts count in whole numbers.
	 */
	static final Duration LONGEST = Duration.ofDays(365 * 1000);

	private final RedisCalls calls;

	private final Keyspace keyspace;

	private final QueueNames names;

	private final Supplier<Set<String>> queues;

	private final Map<String, Walk> walks = new ConcurrentHashMap<>();

	/**
	 * Create.
	 * @param queues names the queues that are known
	 */
	RedisHousekeeping(RedisCalls calls, Keyspace keyspace, QueueNames names, Supplier<Set<String>> queues) {
		this.calls = calls;
		this.keyspace = keyspace;
		this.names = names;
		this.queues = queues;
	}

	@Override
	public Removal removeFinished(String queue, RetentionSettings retention) {
		long end = System.nanoTime() + LONGEST_CALL.toNanos();
		Removal removal = Removal.NONE;
		Removal some;
		do {
			some = removeSome(queue, retention);
			removal = removal.plus(some);
		}
		while (some.total() >= WORTH_ANOTHER && removal.total() < MUCH && System.nanoTime() - end < 0);
		return removal;
	}

	private Removal removeSome(String queue, RetentionSettings retention) {
		QueueKeys keys = this.keyspace.queue(queue);
		Reply reply = this.calls.eval(ScriptCall.of(RedisScript.TRIM, List.of(keys.stream(), keys.groups()),
				millis(keepDone(retention)), MOST, LOST_GROUP_TTL, millis(retention.unclaimed()),
				millis(withinMaxAge(retention, RetentionSettings.FOR_READERS))));
		Removal removal = new Removal(reply.number(0), 0, reply.number(1));
		boolean keptByLength = retention.maxLength() != null && !retention.keepDone().isZero();
		return (retention.lossy() || keptByLength) ? removal.plus(trimBeyond(keys, retention)) : removal;
	}

	private static Duration keepDone(RetentionSettings retention) {
		return withinMaxAge(retention, retention.keepDone());
	}

	private static Duration withinMaxAge(RetentionSettings retention, Duration time) {
		Duration maxAge = retention.maxAge();
		return (maxAge != null && maxAge.compareTo(time) < 0) ? maxAge : time;
	}

	private Removal trimBeyond(QueueKeys keys, RetentionSettings retention) {
		Removal removal = Removal.NONE;
		for (int i = 0; i < STEPS; i++) {
			Walk walk = this.walks.getOrDefault(keys.queue(), Walk.START);
			Reply reply = this.calls.eval(ScriptCall.of(RedisScript.TRIM_BEYOND, List.of(keys.stream(), keys.groups()),
					(retention.maxAge() != null) ? millis(retention.maxAge()) : "",
					(retention.maxLength() != null) ? retention.maxLength() : "", retention.lossy() ? 1 : 0,
					walk.from(), walk.left(), STEP, LOST_GROUP_TTL));
			removal = removal.plus(new Removal(reply.number(0), reply.number(1), 0));
			if (reply.text(2).isEmpty()) {
				this.walks.remove(keys.queue());
				break;
			}
			this.walks.put(keys.queue(), new Walk(reply.text(2), reply.number(3)));
		}
		return removal;
	}

	@Override
	public long removeDeadLetters(GroupName group, DeadLetterLimits limits) {
		GroupKeys keys = this.keyspace.queue(group.queue()).group(group.group());
		return this.calls.eval(ScriptCall.of(RedisScript.TRIM_DEAD, List.of(keys.dead(), keys.deadIds()),
				(limits.maxAge() != null) ? millis(limits.maxAge()) : "",
				(limits.maxLength() != null) ? limits.maxLength() : "", MOST_DEAD_LETTERS))
			.number(0);
	}

	@Override
	public Set<String> unclaimedQueues() {
		List<String> names = List.copyOf(this.queues.get());
		List<Reply> replies = this.calls.evalAll(names.stream()
			.map((name) -> ScriptCall.of(RedisScript.UNCLAIMED, List.of(this.keyspace.queue(name).stream())))
			.toList());
		Set<String> unclaimed = new LinkedHashSet<>();
		for (int i = 0; i < names.size(); i++) {
			if (replies.get(i).flag(0)) {
				unclaimed.add(names.get(i));
			}
		}
		return unclaimed;
	}

	@Override
	public void markActive(Collection<GroupName> groups) {
		groups.forEach((group) -> this.names.add(group.queue()));
		List<ScriptCall> calls = new ArrayList<>();
		groups.stream()
			.collect(Collectors.groupingBy(GroupName::queue, Collectors.mapping(GroupName::group, Collectors.toList())))
			.forEach((queue, names) -> calls
				.add(ScriptCall.of(RedisScript.MARK_ACTIVE, List.of(this.keyspace.queue(queue).groups()))
					.with(names.toArray())));
		this.calls.evalAll(calls);
	}

	@Override
	public @Nullable Duration idle(String queue, String group) {
		QueueKeys keys = this.keyspace.queue(queue);
		long millis = this.calls
			.eval(ScriptCall.of(RedisScript.GROUP_IDLE, List.of(keys.stream(), keys.groups()), group))
			.number(0);
		return (millis >= 0) ? Duration.ofMillis(millis) : null;
	}

	@Override
	public GroupRemoval removeGroup(String queue, String group, Duration idle) {
		GroupKeys keys = this.keyspace.queue(queue).group(group);
		Reply reply = this.calls.eval(ScriptCall.of(RedisScript.REMOVE_GROUP,
				List.of(keys.queue().consumers(), keys.log().stream(), keys.queue().groups(), keys.log().retry(),
						keys.log().attempts(), keys.replayed().stream(), keys.replayed().retry(),
						keys.replayed().attempts()),
				keys.groupBytes(), millis(idle)));
		return GroupRemoval.valueOf(reply.text(0).toUpperCase(Locale.ROOT));
	}

	private static long millis(Duration duration) {
		return (duration.compareTo(LONGEST) < 0) ? duration.toMillis() : LONGEST.toMillis();
	}

	/**
	 * How far the walk over a stream has come.
	 *
	 * @param from the last entry that was looked at
	 * @param left how many of those that were looked at are still there
	 */
	private record Walk(String from, long left) {

		private static final Walk START = new Walk("", 0);

	}

}
