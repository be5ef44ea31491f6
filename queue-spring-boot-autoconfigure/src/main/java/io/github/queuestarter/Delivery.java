package io.github.queuestarter;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What is known about the delivery of one message; a handler may declare it as an
 * argument.
 *
 * @param id the message's id, the same through retries, dead letter and replay
 * @param queue the queue that the message was sent to
 * @param group the group that receives it
 * @param attempt the number of this attempt, counted by the store, starting at 1
 * @param crashes how many times a process died while it held the message
 * @param sentAt when the message was sent, by the store's clock
 * @param firstFailureAt when the first attempt failed, by the store's clock, or
 * {@code null} if none has
 */
public record Delivery(String id, String queue, String group, int attempt, int crashes, Instant sentAt,
		@Nullable Instant firstFailureAt) {
}
