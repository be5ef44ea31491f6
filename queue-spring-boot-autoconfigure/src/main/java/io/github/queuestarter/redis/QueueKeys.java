package io.github.queuestarter.redis;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keys of a queue.
 */
final class QueueKeys {

	/**
	 * How the one key of a queue ends that expires.
	 */
	static final String CONSUMERS = ":consumers";

	private final String queue;

	private final String sides;

	private final byte[] streamKey;

	private final byte[] consumers;

	private final byte[] groups;

	private final byte[] scheduled;

	private final byte[] bodies;

	private final Map<String, GroupKeys> groupKeys = new ConcurrentHashMap<>();

	/**
	 * Create.
	 * @param stream with a hash tag, or without braces
	 */
	QueueKeys(String queue, String stream) {
		this.queue = queue;
		this.sides = Keyspace.hasTag(stream) ? stream : "{" + stream + "}";
		this.streamKey = stream.getBytes(StandardCharsets.UTF_8);
		this.consumers = (this.sides + CONSUMERS).getBytes(StandardCharsets.UTF_8);
		this.groups = side("groups");
		this.scheduled = side("scheduled");
		this.bodies = side("scheduled-bodies");
	}

	String queue() {
		return this.queue;
	}

	/**
	 * The log of the queue.
	 */
	byte[] stream() {
		return this.streamKey;
	}

	/**
	 * Hash of consumer to heartbeat counter.
	 */
	byte[] consumers() {
		return this.consumers;
	}

	/**
	 * Hash of {@code <what>:<group>} to what is known of a group.
	 */
	byte[] groups() {
		return this.groups;
	}

	/**
	 * Sorted set of message id to due time.
	 */
	byte[] scheduled() {
		return this.scheduled;
	}

	/**
	 * Hash of message id to the fields and values of a scheduled message.
	 */
	byte[] bodies() {
		return this.bodies;
	}

	GroupKeys group(String group) {
		return this.groupKeys.computeIfAbsent(group, (name) -> {
			String encoded = Keyspace.encode(name);
			return new GroupKeys(this, name, name.getBytes(StandardCharsets.UTF_8),
					new Lane(this.streamKey, side("retry:" + encoded), side("attempts:" + encoded)),
					new Lane(side("replayed:" + encoded), side("replayed-retry:" + encoded),
							side("replayed-attempts:" + encoded)),
					side("dead:" + encoded), side("dead-ids:" + encoded));
		});
	}

	private byte[] side(String name) {
		return (this.sides + ":" + name).getBytes(StandardCharsets.UTF_8);
	}

}
