package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.store.Consumers.Rescued;
import io.github.queuestarter.store.GroupName;
import org.jspecify.annotations.Nullable;

/**
 * Takes over what consumers hold that are gone, in all groups of some queues. Where there
 * is nothing to take over, as nearly always, it costs few round trips.
 */
final class Rescue {

	/**
	 * Scripts that are sent together are done together, and keep others waiting
	 * meanwhile: this is for all of them.
	 */
	private static final int MOST = 500;

	private static final int MOST_AT_ONCE = 20;

	private final RedisCalls calls;

	private final Keyspace keyspace;

	private final Duration foreignIdle;

	private final Map<GroupName, Integer> counts = new LinkedHashMap<>();

	private @Nullable QueueStoreException failure;

	Rescue(RedisCalls calls, Keyspace keyspace, Duration foreignIdle) {
		this.calls = calls;
		this.keyspace = keyspace;
		this.foreignIdle = foreignIdle;
	}

	/**
	 * Do it. A queue that fails does not keep the others from their rescue.
	 * @throws QueueStoreException what the first failed with, if nothing was rescued
	 */
	List<Rescued> of(Collection<String> queues) {
		List<LaneOf> lanes = new ArrayList<>();
		for (GroupKeys group : groups(queues)) {
			group.lanes().forEach((lane) -> lanes.add(new LaneOf(group, lane)));
		}
		for (int from = 0; from < lanes.size(); from += MOST_AT_ONCE) {
			rescue(lanes.subList(from, Math.min(from + MOST_AT_ONCE, lanes.size())));
		}
		if (this.failure != null && this.counts.isEmpty()) {
			throw this.failure;
		}
		return this.counts.entrySet()
			.stream()
			.map((entry) -> new Rescued(entry.getKey().queue(), entry.getKey().group(), entry.getValue()))
			.toList();
	}

	private List<GroupKeys> groups(Collection<String> queues) {
		List<QueueKeys> keys = keys(queues);
		List<Answer> answers = this.calls.evalReachable(
				keys.stream().map((queue) -> ScriptCall.of(RedisScript.GROUP_NAMES, List.of(queue.stream()))).toList());
		List<GroupKeys> groups = new ArrayList<>();
		for (int i = 0; i < keys.size(); i++) {
			QueueKeys queue = keys.get(i);
			Reply names = replyOf(answers.get(i));
			if (names != null) {
				names.texts().forEach((group) -> groups.add(queue.group(group)));
			}
		}
		return groups;
	}

	private List<QueueKeys> keys(Collection<String> queues) {
		List<QueueKeys> keys = new ArrayList<>();
		for (String queue : queues) {
			try {
				keys.add(this.keyspace.queue(queue));
			}
			catch (QueueStoreException ex) {
				failed(ex);
			}
		}
		return keys;
	}

	private void rescue(List<LaneOf> lanes) {
		List<LaneOf> left = lanes;
		while (!left.isEmpty()) {
			int most = MOST / left.size();
			List<Answer> answers = this.calls.evalReachable(left.stream().map((lane) -> call(lane, most)).toList());
			List<LaneOf> more = new ArrayList<>();
			for (int i = 0; i < left.size(); i++) {
				Reply reply = replyOf(answers.get(i));
				if (reply != null && reply.count(0) > 0) {
					this.counts.merge(left.get(i).name(), reply.count(0), Integer::sum);
				}
				if (reply != null && reply.flag(1)) {
					more.add(left.get(i));
				}
			}
			left = more;
		}
	}

	private ScriptCall call(LaneOf lane, int most) {
		GroupKeys keys = lane.group();
		return ScriptCall.of(RedisScript.RESCUE,
				List.of(keys.queue().consumers(), lane.lane().stream(), lane.lane().retry(), lane.lane().attempts(),
						keys.queue().groups()),
				RedisStore.REGISTRATION_TTL, keys.groupBytes(), this.foreignIdle.toMillis(), most);
	}

	private @Nullable Reply replyOf(Answer answer) {
		if (answer.refusal() != null) {
			failed(answer.refusal());
		}
		return answer.reply();
	}

	private void failed(QueueStoreException failure) {
		if (this.failure == null) {
			this.failure = failure;
		}
	}

	/**
	 * A stream of a group.
	 */
	private record LaneOf(GroupKeys group, Lane lane) {

		GroupName name() {
			return new GroupName(this.group.queue().queue(), this.group.group());
		}

	}

}
