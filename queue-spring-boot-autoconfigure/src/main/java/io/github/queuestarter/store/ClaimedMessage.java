package io.github.queuestarter.store;

import java.time.Instant;
import java.util.Map;

import io.github.queuestarter.Delivery;
import io.github.queuestarter.EncodedPayload;
import org.jspecify.annotations.Nullable;

/**
 * A message that a consumer holds.
 *
 * @param id the message's id
 * @param queue the queue
 * @param group the group
 * @param consumer the consumer that claimed it
 * @param failures how many attempts failed before
 * @param crashes how many times its consumer died
 * @param crashedAlone whether its consumer died while the message ran alone
 * @param sentAt when it was sent
 * @param firstFailureAt when the first attempt failed, or {@code null}
 * @param headers the headers
 * @param payload the payload
 * @param receipt how the store finds it
 */
public record ClaimedMessage(String id, String queue, String group, String consumer, int failures, int crashes,
		boolean crashedAlone, Instant sentAt, @Nullable Instant firstFailureAt, Map<String, String> headers,
		EncodedPayload payload, Receipt receipt) {

	/**
	 * Number of this attempt, starting at 1.
	 */
	public int attempt() {
		return this.failures + 1;
	}

	/**
	 * What the handler sees of the delivery.
	 */
	public Delivery delivery() {
		return new Delivery(this.id, this.queue, this.group, attempt(), this.crashes, this.sentAt, this.firstFailureAt);
	}

}
