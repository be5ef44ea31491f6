package io.github.queuestarter.store;

/**
 * Receives the messages of one group, new ones and those whose next attempt is due, and
 * hands them to a {@link Sink}. Survives every failure of the store; a lost group is made
 * again.
 */
public interface MessageSource {

	/**
	 * Start receiving; returns at once. The store need not be reachable.
	 */
	void start();

	/**
	 * Stop receiving. After return no further message reaches the sink. What the store
	 * handed out and the sink never saw stays in the store under the consumer's name.
	 */
	void stop();

}
