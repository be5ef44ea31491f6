package io.github.queuestarter.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.store.Consumers;
import io.github.queuestarter.store.GroupName;

/**
 * Registers consumers per queue. A queue is a fencing domain, as scripts reach the keys
 * of one queue only.
 */
final class RedisConsumers implements Consumers {

	private static final int MOST = 500;

	private final RedisCalls calls;

	private final RedisCalls heart;

	private final Keyspace keyspace;

	private final Duration foreignIdle;

	private final DuePoller duePoller;

	private final Permissions permissions;

	/**
	 * Create a new instance.
	 * @param heart calls for the heartbeat alone, on a connection of their own
	 */
	RedisConsumers(RedisCalls calls, RedisCalls heart, Keyspace keyspace, Duration foreignIdle, DuePoller duePoller,
			Permissions permissions) {
		this.calls = calls;
		this.heart = heart;
		this.keyspace = keyspace;
		this.foreignIdle = foreignIdle;
		this.duePoller = duePoller;
		this.permissions = permissions;
	}

	@Override
	public String domainOf(String queue) {
		return queue;
	}

	@Override
	public void register(String domain, String consumer) {
		try {
			this.calls.eval(ScriptCall.of(RedisScript.REGISTER, List.of(this.keyspace.queue(domain).consumers()),
					RedisStore.REGISTRATION_TTL, consumer));
		}
		catch (QueueStoreException ex) {
			if (ex.getCause() != null && Refusals.isForbidden(ex.getCause())) {
				this.permissions.check(domain);
			}
			throw ex;
		}
		this.permissions.check(domain);
	}

	@Override
	public Map<String, Beat> beat(Map<String, Self> selves) {
		List<String> domains = List.copyOf(selves.keySet());
		List<ScriptCall> beats = new ArrayList<>();
		selves.forEach((domain, self) -> {
			QueueKeys keys = this.keyspace.queue(domain);
			beats.add(ScriptCall
				.of(RedisScript.BEAT, List.of(keys.consumers(), keys.groups(), keys.stream()),
						RedisStore.REGISTRATION_TTL, self.consumer())
				.with(self.groups().stream().map(GroupName::group).toArray()));
		});
		List<Reply> replies = this.heart.evalAll(beats);
		Map<String, Beat> found = new HashMap<>();
		for (int i = 0; i < domains.size(); i++) {
			found.put(domains.get(i), beat(domains.get(i), replies.get(i)));
		}
		return found;
	}

	private static Beat beat(String domain, Reply reply) {
		Reply counters = reply.list(1);
		Map<String, Long> others = new LinkedHashMap<>();
		for (int i = 0; i + 1 < counters.size(); i += 2) {
			others.put(counters.text(i), counters.number(i + 1));
		}
		Set<GroupName> shared = new HashSet<>();
		reply.list(2).texts().forEach((group) -> shared.add(new GroupName(domain, group)));
		return new Beat(reply.flag(0), others, shared);
	}

	@Override
	public boolean fence(String domain, String self, String silent, long counter) {
		return this.heart
			.eval(ScriptCall.of(RedisScript.FENCE, List.of(this.keyspace.queue(domain).consumers()),
					RedisStore.REGISTRATION_TTL, self, silent, counter))
			.flag(0);
	}

	/**
	 * {@inheritDoc} A domain that fails does not keep the others from their rescue.
	 */
	@Override
	public List<Rescued> rescue(Collection<String> domains) {
		this.permissions.checkAgain(domains);
		List<Rescued> rescued = new Rescue(this.calls, this.keyspace, this.foreignIdle).of(domains);
		rescued.forEach((some) -> this.duePoller.lookAtGroup(some.queue(), some.group(), Duration.ZERO));
		return rescued;
	}

	@Override
	public void retire(String domain, String consumer) {
		for (GroupKeys keys : groups(domain)) {
			for (Lane lane : keys.lanes()) {
				retire(keys, lane, consumer);
			}
			this.duePoller.lookAtGroup(domain, keys.group(), Duration.ZERO);
		}
		byte[] consumers = this.keyspace.queue(domain).consumers();
		this.calls.call((commands) -> commands.hdel(consumers, consumer.getBytes(StandardCharsets.UTF_8)));
	}

	private void retire(GroupKeys keys, Lane lane, String consumer) {
		Reply reply;
		do {
			reply = this.calls.eval(ScriptCall.of(RedisScript.RETIRE,
					List.of(keys.queue().consumers(), lane.stream(), lane.retry(), lane.attempts()),
					RedisStore.REGISTRATION_TTL, keys.groupBytes(), consumer, MOST));
		}
		while (reply.count(0) > 0);
	}

	private List<GroupKeys> groups(String queue) {
		QueueKeys keys = this.keyspace.queue(queue);
		return this.calls.eval(ScriptCall.of(RedisScript.GROUP_NAMES, List.of(keys.stream())))
			.texts()
			.stream()
			.map(keys::group)
			.toList();
	}

}
