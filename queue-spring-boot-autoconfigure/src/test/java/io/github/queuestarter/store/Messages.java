package io.github.queuestarter.store;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.EncodedPayload.Format;
import io.github.queuestarter.Failure;

/**
 * Messages and what goes with them, as tests need them.
 */
final class Messages {

	private static final String STACK_TRACE = """
			java.lang.IllegalStateException: no stock for 'Grüße 😀'
				at com.example.Orders.handle(Orders.java:42)
			""";

	private Messages() {
	}

	/**
	 * The name of a queue that no one has used before.
	 */
	static String newQueue() {
		return "orders-" + UUID.randomUUID();
	}

	static OutgoingMessage text(String queue, String text) {
		return of(queue, EncodedPayload.ofText(text, Format.TEXT), Map.of());
	}

	static OutgoingMessage of(String queue, EncodedPayload payload, Map<String, String> headers) {
		return new OutgoingMessage(newId(), queue, payload, headers, null, null);
	}

	static OutgoingMessage delayed(String queue, String text, Duration delay) {
		return new OutgoingMessage(newId(), queue, EncodedPayload.ofText(text, Format.TEXT), Map.of("kind", "late"),
				delay, null);
	}

	static OutgoingMessage at(String queue, String text, Instant at) {
		return new OutgoingMessage(newId(), queue, EncodedPayload.ofText(text, Format.TEXT), Map.of("kind", "late"),
				null, at);
	}

	/**
	 * The texts {@code 0}, {@code 1}, and so on.
	 */
	static String[] numbers(int count) {
		return IntStream.range(0, count).mapToObj(Integer::toString).toArray(String[]::new);
	}

	static List<String> texts(List<ClaimedMessage> messages) {
		List<String> texts = new ArrayList<>();
		messages.forEach((message) -> texts.add(message.payload().asText()));
		return texts;
	}

	static List<String> ids(List<ClaimedMessage> messages) {
		return messages.stream().map(ClaimedMessage::id).toList();
	}

	static Failure failure() {
		return new Failure(Failure.Kind.EXCEPTION, "Handler failed", "java.lang.IllegalStateException",
				"no stock for 'Grüße 😀'", STACK_TRACE);
	}

	private static String newId() {
		return UUID.randomUUID().toString();
	}

}
