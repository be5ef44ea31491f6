package io.github.queuestarter.redis;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Names of all keys. Those of one queue hash to one slot of a Redis Cluster.
 */
final class Keyspace {

	private final String prefix;

	private final Map<String, QueueKeys> queues = new ConcurrentHashMap<>();

	Keyspace(String prefix) {
		this.prefix = encode(prefix);
	}

	/**
	 * The set of the names of all queues. No queue can have this key, as braces in names
	 * are encoded.
	 */
	byte[] names() {
		return ("{" + this.prefix + "}names").getBytes(StandardCharsets.UTF_8);
	}

	QueueKeys queue(String queue) {
		return this.queues.computeIfAbsent(queue, (name) -> new QueueKeys(name, this.prefix + encode(name)));
	}

	/**
	 * Encode what would change the slot that a key hashes to.
	 */
	static String encode(String name) {
		return name.replace("%", "%25").replace("{", "%7B").replace("}", "%7D");
	}

}
