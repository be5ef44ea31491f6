package io.github.queuestarter;

import java.time.Instant;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A message that a group has given up on, with everything that is known about why.
 *
 * @param id the message's id
 * @param queue the queue that the message was sent to
 * @param group the group that gave up on it
 * @param payload the payload as it was sent
 * @param headers the headers as they were sent
 * @param sentAt when the message was sent
 * @param attempts how many attempts failed
 * @param crashes how many times a process died while it held the message
 * @param firstFailureAt when the first attempt failed
 * @param lastFailureAt when the last attempt failed
 * @param consumer the consumer that held the message last
 * @param failure why the last attempt failed
 */
public record DeadLetter(String id, String queue, String group, EncodedPayload payload, Map<String, String> headers,
		Instant sentAt, int attempts, int crashes, Instant firstFailureAt, Instant lastFailureAt,
		@Nullable String consumer, Failure failure) {
}
