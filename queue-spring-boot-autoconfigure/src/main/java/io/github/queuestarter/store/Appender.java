package io.github.queuestarter.store;

import java.util.List;

/**
 * Adds messages to queues.
 */
public interface Appender {

	/**
	 * Whether messages appended by this thread now become part of the transaction that is
	 * active in this thread. False if there is no transaction or the store has no part in
	 * it.
	 * @throws io.github.queuestarter.QueueException if a transaction is active that the
	 * store could join but is set up not to accept
	 */
	boolean joinsTransaction();

	/**
	 * Add messages, in order. After return they are stored (or, inside a joined
	 * transaction, will be when it commits); after an exception some may be.
	 * @param messages the messages, of any queues
	 * @param join whether to become part of the transaction that
	 * {@link #joinsTransaction()} told of; otherwise they are stored on return even if a
	 * transaction is active
	 */
	void append(List<OutgoingMessage> messages, boolean join);

}
