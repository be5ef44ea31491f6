package io.github.queuestarter.listener;

import java.util.HashMap;
import java.util.Map;

import io.github.queuestarter.Delivery;
import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.QueueHeaders;
import io.github.queuestarter.store.ClaimedMessage;

import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;

/**
 * A claimed message as spring-messaging sees it, its payload not yet converted.
 */
final class DeliveredMessage implements Message<EncodedPayload> {

	private final ClaimedMessage claimed;

	private final MessageHeaders headers;

	DeliveredMessage(ClaimedMessage claimed) {
		this.claimed = claimed;
		Map<String, Object> headers = new HashMap<>(claimed.headers());
		headers.put(QueueHeaders.ID, claimed.id());
		headers.put(QueueHeaders.QUEUE, claimed.queue());
		headers.put(QueueHeaders.GROUP, claimed.group());
		headers.put(QueueHeaders.ATTEMPT, claimed.attempt());
		headers.put(QueueHeaders.SENT_AT, claimed.sentAt());
		this.headers = new Headers(headers);
	}

	ClaimedMessage claimed() {
		return this.claimed;
	}

	Delivery delivery() {
		return this.claimed.delivery();
	}

	@Override
	public EncodedPayload getPayload() {
		return this.claimed.payload();
	}

	@Override
	public MessageHeaders getHeaders() {
		return this.headers;
	}

	@Override
	public String toString() {
		return "message " + this.claimed.id() + " of queue '" + this.claimed.queue() + "'";
	}

	/**
	 * Headers without the random id that spring-messaging would add: the message has one
	 * of its own.
	 */
	private static final class Headers extends MessageHeaders {

		private static final long serialVersionUID = 1L;

		Headers(Map<String, Object> headers) {
			super(headers, ID_VALUE_NONE, -1L);
		}

	}

}
