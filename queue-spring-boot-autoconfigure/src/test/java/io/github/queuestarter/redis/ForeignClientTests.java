package io.github.queuestarter.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

import io.github.queuestarter.DeadLetter;
import io.github.queuestarter.EncodedPayload.Format;
import io.github.queuestarter.Failure;
import io.github.queuestarter.GroupStats;
import io.github.queuestarter.PageRequest;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Consumers.Rescued;
import io.github.queuestarter.store.Consumers.Self;
import io.github.queuestarter.store.Housekeeping.Removal;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.RetentionSettings;
import io.github.queuestarter.store.Settlement;
import io.lettuce.core.Consumer;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.XReadArgs;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.stream.StreamRecords;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Other clients write to the streams of queues, read from their groups, and remove from
 * them, with what commands and bytes they like.
 */
class ForeignClientTests {

	private static final String QUEUE = "orders";

	private static final String STREAM = "queue:orders";

	private static final String GROUP = "billing";

	private static final String FOREIGNER = "python-1";

	private ServerUnderTest server;

	private CollectingSink sink;

	@BeforeEach
	void start() {
		this.server = ServerUnderTest.start();
		this.sink = this.server.sink(QUEUE);
	}

	@AfterEach
	void close() {
		this.server.close();
	}

	// Reading and acknowledging

	@Test
	void whatAForeignConsumerAcknowledgesIsDone() throws Exception {
		listen().stop();
		this.server.send(QUEUE, "one");
		this.server.send(QUEUE, "two");
		List<String> entries = readAsForeigner(2);
		assertThat(stats().inFlight().value()).isEqualTo(2);
		this.server.redis().xack(STREAM, GROUP, entries.toArray(String[]::new));
		assertThat(stats().pending().value()).isZero();
		assertThat(this.server.store().housekeeping().removeFinished(QUEUE, RetentionSettings.defaults()))
			.isEqualTo(new Removal(2, 0, 0));
	}

	@Test
	void messageOfAForeignConsumerIsItsOwnForAsLongAsConfigured() throws Exception {
		RedisStore patient = this.server
			.another(
					Duration.ofSeconds(1), new RedisStore.Settings("queue:", Duration.ofMillis(100),
							ServerUnderTest.BLOCK, Duration.ofHours(1), Duration.ofMillis(300)),
					UnaryOperator.identity(), (queue) -> null);
		listen().stop();
		this.server.send(QUEUE, "m");
		String entry = readAsForeigner(1).get(0);
		Awaitility.await()
			.until(() -> this.server.redis()
				.xpending(STREAM, Consumer.from(GROUP, FOREIGNER), everything(), ten())
				.get(0)
				.getMsSinceLastDelivery() > 400);
		assertThat(patient.consumers().rescue(List.of(QUEUE))).isEmpty();
		assertThat(this.server.redis().xack(STREAM, GROUP, entry)).isEqualTo(1);
	}

	@Test
	void foreignConsumerThatHoldsNothingStaysInItsGroup() throws Exception {
		listen().stop();
		this.server.send(QUEUE, "m");
		this.server.redis().xack(STREAM, GROUP, readAsForeigner(1).get(0));
		this.server.store().consumers().rescue(List.of(QUEUE));
		assertThat(consumers()).contains(FOREIGNER);
	}

	@Test
	void groupThatOnlyOthersReadIsLeftToThem() throws Exception {
		listen().stop();
		this.server.redis().xgroupCreate(XReadArgs.StreamOffset.from(STREAM, "0"), "audit");
		this.server.send(QUEUE, "m");
		readAsForeigner("audit", 1);
		readAsForeigner(GROUP, 1);
		Awaitility.await()
			.pollInterval(Duration.ofMillis(50))
			.until(() -> this.server.store().consumers().rescue(List.of(QUEUE)).contains(new Rescued(QUEUE, GROUP, 1)));
		// Was read before the other, so it has been idle for longer
		assertThat(this.server.redis().xpending(STREAM, "audit").getConsumerMessageCount())
			.isEqualTo(Map.of(FOREIGNER, 1L));
	}

	// Rescue and repair

	@Test
	void deadConsumerIsForgottenOnceItHoldsNothing() throws Exception {
		MessageSource source = listen();
		this.server.send(QUEUE, "m");
		assertThat(settle(new Settlement.Ack(this.sink.receive()))).isEmpty();
		source.stop();
		this.server.store().consumers().rescue(List.of(QUEUE));
		assertThat(consumers()).as("of a living instance").contains(this.sink.consumer());
		dies();
		this.server.store().consumers().rescue(List.of(QUEUE));
		assertThat(consumers()).doesNotContain(this.sink.consumer());
	}

	@Test
	void consumerThatHoldsMessagesIsNeverDeletedFromItsGroup() throws Exception {
		MessageSource source = listen();
		Set<String> ids = Set.of(this.server.send(QUEUE, "a"), this.server.send(QUEUE, "b"),
				this.server.send(QUEUE, "c"));
		for (int i = 0; i < 3; i++) {
			this.sink.receive();
		}
		source.stop();
		dies();
		assertThat(this.server.store().consumers().rescue(List.of(QUEUE)).get(0).count()).isEqualTo(3);
		assertThat(this.server.redis().xpending(STREAM, GROUP).getCount()).isEqualTo(3);
		this.server.store().consumers().rescue(List.of(QUEUE));
		assertThat(consumers()).doesNotContain(this.sink.consumer());
		CollectingSink other = this.server.sink(QUEUE);
		this.server.listen(QUEUE, GROUP, other);
		List<ClaimedMessage> again = List.of(other.receive(), other.receive(), other.receive());
		assertThat(again).extracting(ClaimedMessage::id).containsExactlyInAnyOrderElementsOf(ids);
		assertThat(again).extracting(ClaimedMessage::crashes).containsOnly(1);
	}

	@Test
	void retryThatADeadInstanceParkedComesWhenItIsDue() throws Exception {
		MessageSource source = listen();
		String id = this.server.send(QUEUE, "m");
		settle(new Settlement.Retry(this.sink.receive(), Duration.ofMillis(300), failure()));
		source.stop();
		dies();
		this.server.store().consumers().rescue(List.of(QUEUE));
		CollectingSink other = this.server.sink(QUEUE);
		this.server.listen(QUEUE, GROUP, other);
		ClaimedMessage again = other.receive();
		assertThat(again.id()).isEqualTo(id);
		assertThat(again.failures()).isEqualTo(1);
		assertThat(again.crashes()).isZero();
	}

	// What somebody else removes

	@Test
	void trimmedMessageOfADeadConsumerIsLostOnce() throws Exception {
		MessageSource source = listen();
		this.server.send(QUEUE, "trimmed");
		this.server.send(QUEUE, "trimmed, too");
		String kept = this.server.send(QUEUE, "kept");
		for (int i = 0; i < 3; i++) {
			this.sink.receive();
		}
		source.stop();
		dies();
		this.server.redis().xtrim(STREAM, 1);
		this.server.store().consumers().rescue(List.of(QUEUE));
		assertLostAndKept(2, kept);
	}

	@Test
	void trimmedMessageOfADeadForeignConsumerIsLostOnce() throws Exception {
		listen().stop();
		this.server.send(QUEUE, "trimmed");
		String kept = this.server.send(QUEUE, "kept");
		readAsForeigner(2);
		this.server.redis().xtrim(STREAM, 1);
		Awaitility.await()
			.pollInterval(Duration.ofMillis(50))
			.until(() -> !this.server.store().consumers().rescue(List.of(QUEUE)).isEmpty());
		assertLostAndKept(1, kept);
	}

	private void assertLostAndKept(int lost, String kept) throws InterruptedException {
		CollectingSink other = this.server.sink(QUEUE);
		MessageSource source = this.server.listen(QUEUE, GROUP, other);
		ClaimedMessage message = other.receive();
		assertThat(message.id()).isEqualTo(kept);
		assertThat(this.server.store().settlements().settle(List.of(new Settlement.Ack(message)))).isEmpty();
		Awaitility.await().until(() -> stats().pending().value() == 0);
		source.stop();
		assertThat(this.server.events(QueueEvent.Lost.class).stream().mapToLong(QueueEvent.Lost::count).sum())
			.isEqualTo(lost);
		assertThat(this.server.redis().keys("*retry*")).isEmpty();
		assertThat(this.server.redis().keys("*attempts*")).isEmpty();
	}

	@Test
	void messageThatWasTrimmedWhileItWasHandledIsDoneAndNotLost() throws Exception {
		listen();
		this.server.send(QUEUE, "m");
		ClaimedMessage message = this.sink.receive();
		this.server.redis().xtrim(STREAM, 0);
		assertThat(settle(new Settlement.Ack(message))).isEmpty();
		assertThat(stats().pending().value()).isZero();
		assertThat(this.server.events(QueueEvent.Lost.class)).isEmpty();
	}

	// What somebody else writes

	@ParameterizedTest
	@ValueSource(ints = { 512, 4_000, 20_000 })
	void entryOfManyFieldsIsDeliveredRetriedBuriedAndReplayed(int count) throws Exception {
		Object[] fields = new Object[2 * count];
		for (int i = 0; i < count; i++) {
			fields[2 * i] = "field-" + i;
			fields[2 * i + 1] = "value-" + i;
		}
		listen();
		String id = this.server.redis().xadd(STREAM, fields);
		Map<String, byte[]> sent = throughLife(id);
		assertThat(sent).hasSize(count);
		assertThat(new String(sent.get("field-" + (count - 1)), StandardCharsets.UTF_8))
			.isEqualTo("value-" + (count - 1));
		// Nothing waits behind it
		String next = this.server.send(QUEUE, "next");
		assertThat(this.sink.receive().id()).isEqualTo(next);
	}

	@Test
	void bytesOfAnyKindStayAsTheyAre() throws Exception {
		byte[] bytes = { 0, (byte) 0xFF, (byte) 0xC3, 'x', '\n', (byte) 0x80 };
		listen();
		String id = addBytes(Map.of("picture".getBytes(StandardCharsets.UTF_8), bytes));
		assertThat(throughLife(id)).containsOnlyKeys("picture").containsEntry("picture", bytes);
	}

	@Test
	void bytesStayAsTheyAreWhenTheirEntryIsGone() throws Exception {
		byte[] bytes = { 0, (byte) 0xFF, (byte) 0xC3 };
		listen();
		String id = addBytes(Map.of("picture".getBytes(StandardCharsets.UTF_8), bytes));
		ClaimedMessage message = this.sink.receive();
		this.server.redis().xtrim(STREAM, 0);
		assertThat(settle(new Settlement.Bury(message, failure()))).isEmpty();
		assertThat(this.server.store().administration().replay(QUEUE, GROUP, id)).isTrue();
		assertThat(fields(this.sink.receive())).containsEntry("picture", bytes);
	}

	@Test
	void fieldsThatLookLikeTheStoresOwnStayAsTheyAre() throws Exception {
		listen();
		String id = this.server.redis()
			.xadd(STREAM, "before", "1", "queue~fields", "x", "queue~packed", "y", "queue~id", "z", "after", "2");
		assertThat(throughLife(id)).containsOnlyKeys("before", "queue~fields", "queue~packed", "queue~id", "after");
		String packed = this.server.redis().xadd(STREAM, "queue~packed", "x", "other", "y");
		assertThat(throughLife(packed)).containsOnlyKeys("queue~packed", "other");
		String last = this.server.redis().xadd(STREAM, "before", "1", "queue~fields", "2", "queue~packed", "x");
		assertThat(throughLife(last)).containsOnlyKeys("before", "queue~fields", "queue~packed");
		String alone = this.server.redis().xadd(STREAM, "queue~packed", "x");
		assertThat(throughLife(alone)).containsOnlyKeys("queue~packed");
	}

	@Test
	void emptyNamesAndValuesAreDelivered() throws Exception {
		listen();
		this.server.redis().xadd(STREAM, "", "");
		assertThat(this.sink.receive().payload().asText()).isEqualTo("{\"\":\"\"}");
		String id = this.server.redis().xadd(STREAM, "id", "", "payload", "");
		ClaimedMessage message = this.sink.receive();
		assertThat(message.id()).isEqualTo(id);
		assertThat(message.payload().format()).isEqualTo(Format.FIELDS);
	}

	@Test
	void fieldOfTheSameNameIsDeliveredAsItsLastValue() throws Exception {
		listen();
		this.server.redis().xadd(STREAM, "size", "1", "size", "2");
		assertThat(this.sink.receive().payload().asText()).isEqualTo("{\"size\":\"2\"}");
	}

	@Test
	void envelopeThatIsHalfWrongIsDelivered() throws Exception {
		listen();
		Instant before = Instant.now().minusSeconds(60);
		this.server.redis().xadd(STREAM, "id", "17", "payload", "{}", "sent", "yesterday", "format", "SOAP", "h:", "x");
		ClaimedMessage message = this.sink.receive();
		assertThat(message.id()).isEqualTo("17");
		assertThat(message.sentAt()).isAfter(before);
		assertThat(message.payload().format()).isEqualTo(Format.BINARY);
		assertThat(message.headers()).isEqualTo(Map.of("", "x"));
	}

	@Test
	void idsBeyondWhatAClockCanTellAreDelivered() throws Exception {
		listen();
		String[] ids = { "1732579200000000000-0", "9223372036854775808-1",
				"18446744073709551614-18446744073709551610" };
		for (String id : ids) {
			this.server.redis().xadd(STREAM, new XAddArgs().id(id), "n", "1");
			assertThat(throughLife(id)).containsOnlyKeys("n");
		}
		assertThat(this.server.store().housekeeping().removeFinished(QUEUE, RetentionSettings.defaults()).finished())
			.isBetween(2L, 3L);
	}

	@Test
	void messageWithAnIdThatNumbersCantTellApartOutlivesTheLossOfItsGroup() throws Exception {
		String id = "1732579200000000000-0";
		listen();
		this.server.redis().xadd(STREAM, new XAddArgs().id(id), "n", "1");
		this.sink.receive();
		this.server.store().consumers().beat(Map.of(QUEUE, new Self(this.sink.consumer(), Set.of())));
		this.server.redis().xgroupDestroy(STREAM, GROUP);
		assertThat(this.sink.receive().id()).isEqualTo(id);
	}

	@Test
	void keyOfAnotherTypeHidesNoOtherQueue() throws Exception {
		listen();
		this.server.redis().set("queue:taken", "not a stream");
		this.server.redis().sadd("{queue:}names", "taken");
		assertThat(this.server.store().administration().stats(Set.of(QUEUE, "taken"))).extracting(GroupStats::queue)
			.containsExactly(QUEUE);
		assertThat(this.server.store().housekeeping().unclaimedQueues()).isEmpty();
		assertThat(this.server.store().housekeeping().removeFinished("taken", RetentionSettings.defaults()))
			.isEqualTo(Removal.NONE);
		assertThat(this.server.store().consumers().rescue(List.of("taken", QUEUE))).isEmpty();
	}

	/**
	 * Receive a message, retry it, bury it, look at it, and replay it.
	 * @return its fields as they arrived in the end
	 */
	private Map<String, byte[]> throughLife(String id) throws InterruptedException {
		ClaimedMessage first = this.sink.receive();
		assertThat(first.id()).isEqualTo(id);
		assertThat(settle(new Settlement.Retry(first, Duration.ZERO, failure()))).isEmpty();
		ClaimedMessage second = this.sink.receive();
		assertThat(second.payload().asText()).isEqualTo(first.payload().asText());
		assertThat(settle(new Settlement.Bury(second, failure()))).isEmpty();
		DeadLetter letter = this.server.store()
			.administration()
			.deadLetters(QUEUE, GROUP, PageRequest.first(10))
			.deadLetters()
			.get(0);
		assertThat(letter.id()).isEqualTo(id);
		assertThat(letter.payload().asText()).isEqualTo(first.payload().asText());
		assertThat(this.server.store().administration().replay(QUEUE, GROUP, id)).isTrue();
		ClaimedMessage replayed = this.sink.receive();
		assertThat(replayed.id()).isEqualTo(id);
		assertThat(replayed.payload().asText()).isEqualTo(first.payload().asText());
		assertThat(settle(new Settlement.Bury(replayed, failure()))).isEmpty();
		assertThat(this.server.store().administration().replay(QUEUE, GROUP, id)).isTrue();
		ClaimedMessage again = this.sink.receive();
		assertThat(settle(new Settlement.Ack(again))).isEmpty();
		assertThat(fields(first).keySet()).isEqualTo(fields(again).keySet());
		return fields(again);
	}

	private Map<String, byte[]> fields(ClaimedMessage message) {
		return this.server.store().entry(message).getValue();
	}

	private String addBytes(Map<byte[], byte[]> fields) {
		try (RedisConnection connection = this.server.connections().getConnection()) {
			return connection.streamCommands()
				.xAdd(StreamRecords.rawBytes(new LinkedHashMap<>(fields))
					.withStreamKey(STREAM.getBytes(StandardCharsets.UTF_8)))
				.getValue();
		}
	}

	private List<String> readAsForeigner(int count) {
		return readAsForeigner(GROUP, count);
	}

	private List<String> readAsForeigner(String group, int count) {
		return this.server.redis()
			.xreadgroup(Consumer.from(group, FOREIGNER), XReadArgs.Builder.count(count),
					XReadArgs.StreamOffset.lastConsumed(STREAM))
			.stream()
			.map(StreamMessage::getId)
			.toList();
	}

	private void dies() {
		assertThat(this.server.redis().hdel("{queue:orders}:consumers", this.sink.consumer())).isEqualTo(1);
	}

	private List<String> consumers() {
		List<String> names = new ArrayList<>();
		for (Object consumer : this.server.redis().xinfoConsumers(STREAM, GROUP)) {
			names.add(String.valueOf(((List<?>) consumer).get(1)));
		}
		return names;
	}

	private GroupStats stats() {
		return this.server.store().administration().stats(Set.of(QUEUE)).get(0);
	}

	private MessageSource listen() throws InterruptedException {
		return this.server.listen(QUEUE, GROUP, this.sink);
	}

	private List<ClaimedMessage> settle(Settlement settlement) {
		List<ClaimedMessage> notHeld = this.server.store().settlements().settle(List.of(settlement));
		this.sink.forget(settlement.message());
		return notHeld;
	}

	private static Range<String> everything() {
		return Range.unbounded();
	}

	private static Limit ten() {
		return Limit.from(10);
	}

	private static Failure failure() {
		return Failure.of(Failure.Kind.EXCEPTION, "by the test");
	}

}
