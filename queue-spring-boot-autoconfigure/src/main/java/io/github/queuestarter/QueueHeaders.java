package io.github.queuestarter;

/**
 * Names of the message headers that the listener adds to those that were sent.
 */
public final class QueueHeaders {

	/**
	 * Prefix that is reserved for the names in this class.
	 */
	public static final String PREFIX = "queue_";

	/**
	 * The message's id, a {@code String}.
	 */
	public static final String ID = PREFIX + "id";

	/**
	 * Name of the queue, a {@code String}.
	 */
	public static final String QUEUE = PREFIX + "queue";

	/**
	 * Name of the group, a {@code String}.
	 */
	public static final String GROUP = PREFIX + "group";

	/**
	 * Number of the attempt, an {@code Integer} starting at 1.
	 */
	public static final String ATTEMPT = PREFIX + "attempt";

	/**
	 * When the message was sent, an {@code Instant}.
	 */
	public static final String SENT_AT = PREFIX + "sentAt";

	private QueueHeaders() {
	}

}
