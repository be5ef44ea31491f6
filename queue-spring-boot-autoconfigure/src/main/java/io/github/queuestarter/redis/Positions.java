package io.github.queuestarter.redis;

import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

import io.github.queuestarter.Position;
import org.jspecify.annotations.Nullable;

/**
 * Turns positions into what scripts take: {@value #EARLIEST}, {@value #LATEST}, or the id
 * of an entry, which need not be there.
 */
final class Positions {

	static final String EARLIEST = "0";

	static final String LATEST = "$";

	private static final Pattern ENTRY_ID = Pattern.compile("\\d+-\\d+");

	private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");

	private static final int LOOK = 1000;

	private final RedisCalls calls;

	Positions(RedisCalls calls) {
		this.calls = calls;
	}

	/**
	 * Find a position in the stream of a queue.
	 * @return {@code null} if it is a message that is not there
	 */
	@Nullable String find(QueueKeys keys, Position position) {
		if (position instanceof Position.Time time) {
			return entryAt(time.instant());
		}
		if (position instanceof Position.Message message) {
			return ENTRY_ID.matcher(message.id()).matches() ? message.id() : entryOf(keys, message.id());
		}
		return (position instanceof Position.Latest) ? LATEST : EARLIEST;
	}

	private static String entryAt(Instant time) {
		if (time.isBefore(Instant.EPOCH)) {
			return EARLIEST;
		}
		return time.isAfter(LAST) ? LATEST : time.toEpochMilli() + "-0";
	}

	/**
	 * There is no index: walks over the stream, in steps.
	 */
	private @Nullable String entryOf(QueueKeys keys, String messageId) {
		String from = "-";
		while (true) {
			Reply reply = this.calls
				.eval(ScriptCall.of(RedisScript.FIND, List.of(keys.stream()), messageId, from, LOOK));
			if (!reply.text(0).isEmpty()) {
				return reply.text(0);
			}
			if (reply.text(1).isEmpty()) {
				return null;
			}
			from = "(" + reply.text(1);
		}
	}

}
