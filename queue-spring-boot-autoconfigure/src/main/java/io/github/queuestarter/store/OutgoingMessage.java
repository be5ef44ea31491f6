package io.github.queuestarter.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import io.github.queuestarter.EncodedPayload;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * A message on its way into a store.
 *
 * @param id the id that was given to the sender; a UUID
 * @param queue the queue
 * @param payload the payload
 * @param headers the headers
 * @param delay deliver no earlier than this long from now by the store's clock, or
 * {@code null}
 * @param at deliver no earlier than this by the store's clock, or {@code null}
 */
public record OutgoingMessage(String id, String queue, EncodedPayload payload, Map<String, String> headers,
		@Nullable Duration delay, @Nullable Instant at) {

	public OutgoingMessage {
		Assert.hasText(queue, "'queue' must not be empty");
		Assert.isTrue(delay == null || at == null, "'delay' and 'at' exclude each other");
	}

	/**
	 * Whether the message is to wait before it is delivered.
	 */
	public boolean scheduled() {
		return this.delay != null || this.at != null;
	}

}
