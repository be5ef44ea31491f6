package io.github.queuestarter.redis;

import java.util.List;

/**
 * Starts calls of {@link RedisScript#SETTLE}.
 */
final class SettleCalls {

	private SettleCalls() {
	}

	static ScriptCall of(GroupKeys keys, boolean replayed, String consumer) {
		Lane lane = keys.lane(replayed);
		return ScriptCall.of(RedisScript.SETTLE,
				List.of(keys.queue().consumers(), lane.stream(), lane.retry(), lane.attempts(), keys.dead(),
						keys.deadIds(), keys.queue().groups()),
				RedisStore.REGISTRATION_TTL, keys.groupBytes(), consumer, replayed ? 1 : 0);
	}

}
