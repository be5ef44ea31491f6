package io.github.queuestarter.store;

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
 */
public record Subscription(String queue, String group, StartFrom startFrom, String application, boolean transactional) {

	/**
	 * What a listener wants that settles in batches.
	 */
	public Subscription(String queue, String group, StartFrom startFrom, String application) {
		this(queue, group, startFrom, application, false);
	}

}
