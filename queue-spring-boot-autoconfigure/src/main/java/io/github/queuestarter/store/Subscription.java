package io.github.queuestarter.store;

import io.github.queuestarter.Position;

/**
 * What a listener wants to receive.
 *
 * @param queue the queue
 * @param group the group; made when it is not there
 * @param startFrom where a group that is made now starts
 * @param application name of the application, to notice two different applications that
 * share a group by accident
 * @param transactional whether messages are settled by {@link HandlerTransactions}: then
 * one that is being settled must not hold up its neighbours
 * @param ephemeral whether to read for this instance alone: the place in the log is kept
 * in memory, nobody else knows of the group, and nothing is ever due or held. Settling
 * such a message changes nothing.
 */
public record Subscription(String queue, String group, Position startFrom, String application, boolean transactional,
		boolean ephemeral) {

	/**
	 * What all groups are called that exist in the memory of an instance only.
	 */
	public static final String EPHEMERAL = "ephemeral";

	/**
	 * What a listener wants that settles in batches.
	 */
	public Subscription(String queue, String group, Position startFrom, String application) {
		this(queue, group, startFrom, application, false);
	}

	/**
	 * What a listener wants that reads as a group.
	 */
	public Subscription(String queue, String group, Position startFrom, String application, boolean transactional) {
		this(queue, group, startFrom, application, transactional, false);
	}

	/**
	 * What a listener wants that reads for its instance alone.
	 */
	public static Subscription ephemeral(String queue, Position startFrom, String application) {
		return new Subscription(queue, EPHEMERAL, startFrom, application, false, true);
	}

}
