package io.github.queuestarter.core;

import java.util.Collection;
import java.util.List;

/**
 * Sends messages.
 * <p>
 * Inside a transaction on Postgres a send becomes part of it: rolled back, it was never
 * sent. On Redis it goes out after the commit, so a process that dies between the commit
 * and the send loses it; see {@link SendOptions#immediate()} for a send that does not
 * wait.
 * <p>
 * A send that throws {@link io.github.queuestarter.QueueStoreException} may have been
 * stored all the same.
 */
public interface QueueOperations {

	/**
	 * Send a message.
	 * @param queue name of the queue, 1 to 200 characters
	 * @param payload the payload: a {@code String} or {@code byte[]} is sent as it is,
	 * anything else as JSON
	 * @return the message's id, opaque, known at once even if the send waits for a commit
	 * @throws io.github.queuestarter.PayloadTooLargeException if the payload is larger
	 * than {@code queue.max-payload-size}
	 * @throws io.github.queuestarter.PayloadConversionException if the payload can't be
	 * converted
	 * @throws io.github.queuestarter.QueueStoreException if the store can't be reached or
	 * refuses
	 */
	String send(String queue, Object payload);

	/**
	 * Send a message with options.
	 * @see #send(String, Object)
	 */
	String send(String queue, Object payload, SendOptions options);

	/**
	 * Send many messages, in order, much faster than one by one. If a payload is refused
	 * nothing is sent; if the store fails some may be.
	 * @return the ids, in the order of the payloads
	 * @see #send(String, Object)
	 */
	List<String> sendAll(String queue, Collection<?> payloads);

	/**
	 * Send many messages with the same options.
	 * @see #sendAll(String, Collection)
	 */
	List<String> sendAll(String queue, Collection<?> payloads, SendOptions options);

}
