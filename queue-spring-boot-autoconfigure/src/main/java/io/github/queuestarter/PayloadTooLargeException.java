package io.github.queuestarter;

import org.springframework.util.unit.DataSize;

/**
 * A payload is larger than {@code queue.max-payload-size} allows; nothing was sent.
 */
public class PayloadTooLargeException extends QueueException {

	public PayloadTooLargeException(String queue, long size, DataSize limit) {
		super("Payload for queue '" + queue + "' has " + size + " bytes, more than the " + limit.toBytes()
				+ " that 'queue.max-payload-size' allows. Send a reference to the data instead, or raise that key.");
	}

}
