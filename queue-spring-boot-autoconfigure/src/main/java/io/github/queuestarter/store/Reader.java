package io.github.queuestarter.store;

/**
 * Receives messages.
 */
public interface Reader {

	/**
	 * Prepare to receive the messages of a group. Does not yet talk to the store.
	 * @param subscription what to receive
	 * @param sink where the messages go
	 */
	MessageSource open(Subscription subscription, Sink sink);

}
