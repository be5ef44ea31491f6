package io.github.queuestarter.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.EncodedPayload.Format;
import io.github.queuestarter.Position;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What was sent is what is received.
 */
interface SendContract extends StoreUnderTest {

	/**
	 * Two clocks of one machine, one of which may count in milliseconds.
	 */
	Duration CLOCK_TOLERANCE = Duration.ofMillis(20);

	@Test
	default void messageArrivesAsItWasSent() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		OutgoingMessage sent = Messages.of(queue, EncodedPayload.ofText("{ \"b\": 1,  \"a\": [] }", Format.JSON),
				Map.of("tenant", "north", "traceparent", "00-ab-cd-01"));
		Instant before = Instant.now();
		app.send(sent);
		Instant after = Instant.now();
		ClaimedMessage received = sink.receive();
		assertThat(received.id()).isEqualTo(sent.id());
		assertThat(received.queue()).isEqualTo(queue);
		assertThat(received.group()).isEqualTo("billing");
		assertThat(received.consumer()).isEqualTo(app.join(queue));
		assertThat(received.failures()).isZero();
		assertThat(received.attempt()).isEqualTo(1);
		assertThat(received.crashes()).isZero();
		assertThat(received.crashedAlone()).isFalse();
		assertThat(received.firstFailureAt()).isNull();
		assertThat(received.sentAt()).isBetween(before.minus(CLOCK_TOLERANCE), after.plus(CLOCK_TOLERANCE));
		assertThat(received.headers()).isEqualTo(sent.headers());
		assertThat(received.payload().format()).isEqualTo(Format.JSON);
		assertThat(received.payload().asText()).isEqualTo("{ \"b\": 1,  \"a\": [] }");
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "{}", "\"\"", "null", "42", "[1,2]", "\"Grüße 😀 \\u0000 日本語\"", "\"'; drop table x;--\"" })
	default void jsonIsKeptByteForByte(String json) {
		assertArrivesUnchanged(EncodedPayload.ofText(json, Format.JSON));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "\n\t", "Grüße 😀 日本語", "null", "{\"not\":\"json\"}", "\\x00", "%s $1 ? :name" })
	default void textIsKeptByteForByte(String text) {
		assertArrivesUnchanged(EncodedPayload.ofText(text, Format.TEXT));
	}

	@Test
	default void binaryIsKeptByteForByte() {
		byte[] every = new byte[256];
		IntStream.range(0, every.length).forEach((value) -> every[value] = (byte) value);
		assertArrivesUnchanged(new EncodedPayload(every, Format.BINARY));
		assertArrivesUnchanged(new EncodedPayload(new byte[0], Format.BINARY));
	}

	@ParameterizedTest
	@EnumSource(names = "FIELDS", mode = EnumSource.Mode.EXCLUDE)
	default void megabyteArrives(Format format) {
		byte[] random = new byte[1024 * 1024];
		new Random(42).nextBytes(random);
		String megabyte = Base64.getEncoder().encodeToString(random);
		assertArrivesUnchanged(switch (format) {
			case BINARY -> new EncodedPayload(random, format);
			case JSON -> EncodedPayload.ofText('"' + megabyte + '"', format);
			default -> EncodedPayload.ofText(megabyte, format);
		});
	}

	@Test
	default void oddHeadersArrive() {
		Instance app = instance();
		String queue = Messages.newQueue();
		Map<String, String> headers = new LinkedHashMap<>();
		headers.put("empty", "");
		headers.put("Grüße 😀", "日本語\n");
		headers.put("a:b.c/d e", "\"quoted\" 'twice' \\ %");
		headers.put("long", "x".repeat(20_000));
		List.of("id", "payload", "format", "sent", "h:id", "queue", "headers")
			.forEach((name) -> headers.put(name, "header " + name));
		IntStream.range(0, 50).forEach((number) -> headers.put("header-" + number, Integer.toString(number)));
		OutgoingMessage sent = Messages.of(queue, EncodedPayload.ofText("text", Format.TEXT), headers);
		RecordingSink sink = app.listen(queue, "billing");
		app.send(sent);
		ClaimedMessage received = sink.receive();
		assertThat(received.headers()).isEqualTo(headers);
		assertThat(received.id()).isEqualTo(sent.id());
		assertThat(received.payload().asText()).isEqualTo("text");
	}

	@Test
	default void messagesOfOneSenderKeepTheirOrder() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		String[] texts = Messages.numbers(600);
		app.send(queue, List.of(texts).subList(0, 500).toArray(String[]::new));
		for (String text : List.of(texts).subList(500, 600)) {
			app.send(queue, text);
		}
		assertThat(Messages.texts(sink.receive(600))).containsExactly(texts);
	}

	@Test
	default void concurrentSendersLoseNothingAndKeepTheirOwnOrder() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(app.sink(queue, "billing", Position.earliest()).room(3000));
		Instance other = instance();
		Together.call(() -> sendNumbered(app, queue, "a"), () -> sendNumbered(other, queue, "b"),
				() -> sendNumbered(app, queue, "c"), () -> sendNumbered(other, queue, "d"));
		List<ClaimedMessage> received = sink.receive(4 * 240);
		assertThat(Messages.ids(received)).doesNotHaveDuplicates();
		for (String sender : List.of("a", "b", "c", "d")) {
			assertThat(Messages.texts(received)).filteredOn((text) -> text.startsWith(sender))
				.containsExactly(IntStream.range(0, 240).mapToObj((number) -> sender + number).toArray(String[]::new));
		}
	}

	@Test
	default void oneAppendServesSeveralQueues() {
		Instance app = instance();
		String first = Messages.newQueue();
		String second = Messages.newQueue();
		RecordingSink ofFirst = app.listen(first, "billing");
		RecordingSink ofSecond = app.listen(second, "billing");
		app.send(Messages.text(first, "1"), Messages.text(second, "2"), Messages.text(first, "3"),
				Messages.text(second, "4"));
		assertThat(Messages.texts(ofFirst.receive(2))).containsExactly("1", "3");
		assertThat(Messages.texts(ofSecond.receive(2))).containsExactly("2", "4");
		assertThat(app.leftovers(ofFirst)).isEmpty();
		assertThat(app.leftovers(ofSecond)).isEmpty();
	}

	@Test
	default void appendJoinsNothingOutsideATransaction() {
		assertThat(instance().store().appender().joinsTransaction()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "with space", "braces{in}side", "{tag}", "{", "}", "percent%7B%", "Grüße-😀-日本語",
			"dots.and/slashes", "colons:dead:billing", "~retry", "quote'\"\\", "star*?[a-z]", "UPPER", "-", "0" })
	default void oddNamesWork(String name) {
		String unique = name + UUID.randomUUID();
		assertWholeLife(unique, name);
		assertWholeLife(UUID.randomUUID() + name, name + name);
	}

	@Test
	default void longNamesWork() {
		String random = UUID.randomUUID().toString();
		assertWholeLife(random + "q".repeat(200 - random.length()), "g".repeat(200));
	}

	@Test
	default void similarNamesAreDifferentQueues() {
		Instance app = instance();
		String name = Messages.newQueue();
		List<String> queues = List.of(name, name.toUpperCase(), name + " ", name + "%", name + "%25", name + "{",
				name + "%7B", "{" + name + "}", name + ":dead:billing", name + ":consumers", name + ":");
		for (String queue : queues) {
			app.send(queue, queue);
		}
		for (String queue : queues) {
			RecordingSink sink = app.listen(queue, "billing");
			assertThat(sink.receive().payload().asText()).isEqualTo(queue);
			assertThat(app.leftovers(sink)).isEmpty();
			app.stop(sink);
		}
		assertThat(app.store().administration().queues()).containsAll(queues);
	}

	private static int sendNumbered(Instance app, String queue, String sender) {
		for (int number = 0; number < 240; number += 4) {
			app.send(queue, sender + number);
			app.send(queue, sender + (number + 1), sender + (number + 2), sender + (number + 3));
		}
		return 240;
	}

	private void assertArrivesUnchanged(EncodedPayload payload) {
		Instance app = instance();
		String queue = Messages.newQueue();
		OutgoingMessage sent = Messages.of(queue, payload, Map.of());
		app.send(sent);
		ClaimedMessage received = app.listen(queue, "billing").receive();
		assertThat(received.id()).isEqualTo(sent.id());
		assertThat(received.payload().format()).isEqualTo(payload.format());
		assertThat(received.payload().bytes()).isEqualTo(payload.bytes());
		assertThat(received.headers()).isEmpty();
	}

	private void assertWholeLife(String queue, String group) {
		Instance app = instance();
		String id = app.send(queue, "text").get(0);
		RecordingSink sink = app.listen(queue, group);
		app.retry(sink.receive(), Duration.ZERO);
		app.bury(sink.receive());
		Administration administration = app.store().administration();
		assertThat(administration.replay(queue, group, id)).isTrue();
		ClaimedMessage replayed = sink.receive();
		assertThat(replayed.id()).isEqualTo(id);
		assertThat(replayed.payload().asText()).isEqualTo("text");
		app.ack(replayed);
		assertThat(administration.queues()).contains(queue);
		assertThat(administration.groups(queue)).containsExactly(group);
		assertThat(app.leftovers(sink)).isEmpty();
	}

}
