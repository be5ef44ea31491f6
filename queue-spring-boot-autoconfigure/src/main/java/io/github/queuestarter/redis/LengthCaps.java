package io.github.queuestarter.redis;

import java.util.List;
import java.util.function.Function;

import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.store.RetentionSettings;
import org.jspecify.annotations.Nullable;

/**
 * Cuts streams to their greatest length right after a send, where that was asked for.
 */
final class LengthCaps {

	private static final int MOST = 10_000;

	private final Function<String, RedisStore.@Nullable LengthCap> caps;

	private final RedisCalls calls;

	private final Events events;

	LengthCaps(Function<String, RedisStore.@Nullable LengthCap> caps, RedisCalls calls, Events events) {
		this.caps = caps;
		this.calls = calls;
		this.events = events;
	}

	/**
	 * Cut the stream of a queue that was just sent to. The send has succeeded; what can't
	 * be cut now is left to the next one.
	 */
	void apply(QueueKeys keys) {
		RedisStore.LengthCap cap = this.caps.apply(keys.queue());
		if (cap == null) {
			return;
		}
		try {
			Long length = this.calls.call((commands) -> commands.xlen(keys.stream()));
			if (length != null && length > cap.length()) {
				cut(keys, cap);
			}
		}
		catch (QueueStoreException ex) {
			this.events.warn("Could not cut queue '%s' to %d messages after a send: %s".formatted(keys.queue(),
					cap.length(), ex.getMessage()));
		}
	}

	// What every group has finished goes first, and is not counted as lost
	private void cut(QueueKeys keys, RedisStore.LengthCap cap) {
		ScriptCall finished = ScriptCall.of(RedisScript.TRIM, List.of(keys.stream(), keys.groups()), 0, MOST,
				RedisHousekeeping.LOST_GROUP_TTL, RedisHousekeeping.LONGEST.toMillis(),
				RetentionSettings.FOR_READERS.toMillis());
		ScriptCall beyond = ScriptCall.of(RedisScript.CUT, List.of(keys.stream(), keys.groups()), cap.length(),
				cap.exact() ? "=" : "~", MOST);
		List<Reply> replies = this.calls.evalAll(List.of(finished, beyond));
		this.events.removed(keys.queue(), replies.get(0).number(0));
		this.events.trimmed(keys.queue(), replies.get(1).number(0));
	}

}
