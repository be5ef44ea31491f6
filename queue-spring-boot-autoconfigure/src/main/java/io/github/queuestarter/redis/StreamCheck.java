package io.github.queuestarter.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.UnusableQueueException;

/**
 * Looks whether the keys of queues are free for their streams.
 */
final class StreamCheck {

	private final RedisCalls calls;

	StreamCheck(RedisCalls calls) {
		this.calls = calls;
	}

	/**
	 * Look at the streams of queues. Passes if Redis does not answer.
	 * @throws UnusableQueueException if one of the keys holds something else
	 */
	void check(List<QueueKeys> queues) {
		List<Reply> types;
		try {
			types = this.calls.evalAll(
					queues.stream().map((keys) -> ScriptCall.of(RedisScript.TYPE, List.of(keys.stream()))).toList());
		}
		catch (QueueStoreException ex) {
			return;
		}
		for (int i = 0; i < queues.size(); i++) {
			String type = types.get(i).text(0);
			if (!type.equals("stream") && !type.equals("none")) {
				throw unusable(queues.get(i), type);
			}
		}
	}

	private static UnusableQueueException unusable(QueueKeys keys, String type) {
		String key = new String(keys.stream(), StandardCharsets.UTF_8);
		return new UnusableQueueException(
				"Queue '%s' needs the Redis key '%s' for its stream, and there is a %s".formatted(keys.queue(), key,
						type),
				("Delete the key if nobody needs it ('redis-cli DEL \"%s\"'). Otherwise let the keys of queues begin"
						+ " differently, with 'queue.redis.prefix' in all applications that share the queue, or name"
						+ " the queue differently.")
					.formatted(key));
	}

}
