package io.github.queuestarter.listener;

import java.util.HashMap;
import java.util.Map;

import io.github.queuestarter.Delivery;
import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.QueueHeaders;
import io.github.queuestarter.store.ClaimedMessage;
import org.jspecify.annotations.Nullable;

import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;

/**
 * A claimed message as spring-messaging sees it, its payload not yet converted.
 */
final class DeliveredMessage implements Message<EncodedPayload> {

	private final ClaimedMessage claimed;

	// made when asked for: most handlers take the payload alone
	private @Nullable MessageHeaders headers;

	DeliveredMessage(ClaimedMessage claimed) {
		this.claimed = claimed;
	}

	private static MessageHeaders headersOf(ClaimedMessage claimed) {
		Map<String, Object> headers = new HashMap<>(claimed.headers());
		headers.put(QueueHeaders.ID, claimed.id());
		headers.put(QueueHeaders.QUEUE, claimed.queue());
		headers.put(QueueHeaders.GROUP, claimed.group());
		headers.put(QueueHeaders.ATTEMPT, claimed.attempt());
		headers.put(QueueHeaders.SENT_AT, claimed.sentAt());
		return new Headers(headers);
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
	public synchronized MessageHeaders getHeaders() {
		MessageHeaders headers = this.headers;
		if (headers == null) {
			headers = headersOf(this.claimed);
			this.headers = headers;
		}
		return headers;
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
