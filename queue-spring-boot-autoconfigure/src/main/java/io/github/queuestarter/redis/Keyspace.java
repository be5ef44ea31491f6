package io.github.queuestarter.redis;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.queuestarter.QueueStoreException;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Names of all keys. Those of one queue hash to one slot of a Redis Cluster.
 */
final class Keyspace {

	private final String prefix;

	private final Map<String, String> keys;

	private final Map<String, QueueKeys> queues = new ConcurrentHashMap<>();

	Keyspace(String prefix) {
		this(prefix, Map.of());
	}

	/**
	 * Create.
	 * @param keys stream of each queue that has one by a name of its own
	 */
	Keyspace(String prefix, Map<String, String> keys) {
		this.prefix = encode(prefix);
		this.keys = keys;
	}

	/**
	 * Check what queues are to have for a stream.
	 * @param keys queue to key
	 * @throws IllegalArgumentException if they can't have it
	 */
	static void check(Map<String, String> keys) {
		Map<String, String> owners = new HashMap<>();
		keys.forEach((queue, key) -> {
			Assert.hasText(key, () -> "'%s.redis.key' must not be empty".formatted(queue));
			Assert.isTrue(hasTag(key) || !key.contains("{") && !key.contains("}"),
					() -> ("'%s.redis.key' is '%s', whose braces are no hash tag: what else belongs to the queue could"
							+ " not be kept beside the stream. Enclose something in the first pair, or use none")
						.formatted(queue, key));
			String other = owners.putIfAbsent(key, queue);
			Assert.isTrue(other == null,
					() -> "'%s.redis.key' and '%s.redis.key' are both '%s'. Listen as two groups of one queue instead"
						.formatted(other, queue, key));
		});
	}

	/**
	 * Whether only what the first pair of braces encloses decides the slot.
	 */
	static boolean hasTag(String key) {
		int open = key.indexOf('{');
		return open >= 0 && key.indexOf('}', open) > open + 1;
	}

	/**
	 * The set of the names of all queues. No queue can have this key, as braces in names
	 * are encoded.
	 */
	byte[] names() {
		return ("{" + this.prefix + "}names").getBytes(StandardCharsets.UTF_8);
	}

	QueueKeys queue(String queue) {
		return this.queues.computeIfAbsent(queue, (name) -> new QueueKeys(name, stream(name)));
	}

	/**
	 * Whether a key may belong to a queue.
	 */
	boolean mayHold(String key) {
		return startsWith(key, this.prefix)
				|| this.keys.values().stream().anyMatch((stream) -> startsWith(key, stream));
	}

	private static boolean startsWith(String key, String start) {
		return key.startsWith(start) || key.startsWith("{" + start);
	}

	private String stream(String queue) {
		String own = this.keys.get(queue);
		if (own != null) {
			return own;
		}
		String other = successor(queue);
		if (other != null) {
			throw new QueueStoreException(
					"Queue '%s' would have the stream '%s', which 'queue.queues.%s.redis.key' gives to queue '%s'"
						.formatted(queue, usual(queue), other, other),
					null);
		}
		return usual(queue);
	}

	/**
	 * Whether another queue has the stream that would be this one's. It may still be
	 * known from before.
	 */
	boolean isReplaced(String queue) {
		return !this.keys.containsKey(queue) && successor(queue) != null;
	}

	private @Nullable String successor(String queue) {
		String usual = usual(queue);
		return this.keys.entrySet()
			.stream()
			.filter((entry) -> entry.getValue().equals(usual))
			.map(Map.Entry::getKey)
			.findFirst()
			.orElse(null);
	}

	private String usual(String queue) {
		return this.prefix + encode(queue);
	}

	/**
	 * Encode what would change the slot that a key hashes to.
	 */
	static String encode(String name) {
		return name.replace("%", "%25").replace("{", "%7B").replace("}", "%7D");
	}

}
