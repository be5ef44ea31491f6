package io.github.queuestarter.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.EncodedPayload.Format;
import io.github.queuestarter.Failure;
import io.github.queuestarter.Position;
import io.github.queuestarter.QueueException;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.Rewound;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Consumers.Self;
import io.github.queuestarter.store.Housekeeping.Removal;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.OutgoingMessage;
import io.github.queuestarter.store.RetentionSettings;
import io.github.queuestarter.store.Settlement;
import io.github.queuestarter.store.Subscription;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.XReadArgs;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.stream.MapRecord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Rewinds, and readers without a group, as Redis sees them.
 */
class RedisRewindTests {

	private static final String QUEUE = "orders";

	private static final String STREAM = "queue:orders";

	private static final String SIDE = "{queue:orders}:";

	private static final String GROUP = "billing";

	private static final Duration LONG = Duration.ofHours(1);

	private static final Failure FAILURE = Failure.of(Failure.Kind.EXCEPTION, "by the test");

	private ServerUnderTest server;

	@BeforeEach
	void start() {
		this.server = ServerUnderTest.start();
	}

	@AfterEach
	void close() {
		this.server.close();
	}

	private Rewound rewind(Position position) {
		return this.server.store().administration().rewind(QUEUE, GROUP, position);
	}

	private void settle(CollectingSink sink, List<Settlement> settlements) {
		assertThat(this.server.store().settlements().settle(settlements)).isEmpty();
		settlements.forEach((settlement) -> sink.forget(settlement.message()));
	}

	private MessageSource read(CollectingSink sink, Position position) throws InterruptedException {
		MessageSource source = this.server.store()
			.reader()
			.open(Subscription.ephemeral(QUEUE, position, "tests"), sink);
		source.start();
		sink.awaitPolls(1);
		return source;
	}

	@Test
	void groupIsSetToAnEntryOfTheStreamWhetherOrNotItIsStillThere() throws Exception {
		CollectingSink sink = this.server.sink(QUEUE);
		this.server.listen(QUEUE, GROUP, sink);
		String first = this.server.redis().xadd(STREAM, "n", "1");
		String second = this.server.redis().xadd(STREAM, "n", "2");
		settle(sink, List.of(new Settlement.Ack(sink.receive()), new Settlement.Ack(sink.receive())));
		assertThat(rewind(Position.of(second)).firstId()).isEqualTo(second);
		assertThat(sink.receive().id()).isEqualTo(second);
		this.server.redis().xdel(STREAM, first);
		assertThat(rewind(Position.of(first)).firstId()).isEqualTo(second);
		assertThat(rewind(Position.of("999999999999999-0"))).isEqualTo(Rewound.AT_THE_END);
	}

	@Test
	void idThatAnotherClientMadeUpIsAPlace() throws Exception {
		CollectingSink sink = this.server.sink(QUEUE);
		this.server.listen(QUEUE, GROUP, sink);
		this.server.redis().xadd(STREAM, "id", "order-17", "payload", "{}");
		this.server.redis().xadd(STREAM, "id", "order-18", "payload", "{}");
		settle(sink, List.of(new Settlement.Ack(sink.receive()), new Settlement.Ack(sink.receive())));
		assertThat(rewind(Position.of("order-18")).firstId()).isEqualTo("order-18");
		assertThat(sink.receive().id()).isEqualTo("order-18");
		assertThatExceptionOfType(QueueException.class).isThrownBy(() -> rewind(Position.of("order-19")))
			.withMessageContaining("order-19");
	}

	@Test
	void lateAcksTakeNothingFromThoseWhoGotTheMessagesAfterRewind() throws Exception {
		lateAcksTakeNothingFromThoseWhoGotTheMessagesAfter(() -> rewind(Position.earliest()));
	}

	@Test
	void lateAcksTakeNothingFromThoseWhoGotTheMessagesFromGroupThatWasMadeAgain() throws Exception {
		lateAcksTakeNothingFromThoseWhoGotTheMessagesAfter(() -> this.server.redis().xgroupDestroy(STREAM, GROUP));
	}

	private void lateAcksTakeNothingFromThoseWhoGotTheMessagesAfter(Runnable repetition) throws Exception {
		CollectingSink late = this.server.sink(QUEUE);
		MessageSource source = this.server.listen(QUEUE, GROUP, late);
		this.server.redis().xadd(STREAM, "n", "1");
		this.server.redis().xadd(STREAM, "n", "2");
		List<Settlement> acks = List.of(new Settlement.Ack(late.receive()), new Settlement.Ack(late.receive()));
		source.stop();
		repetition.run();
		CollectingSink one = receiveOneMessage();
		CollectingSink other = receiveOneMessage();
		assertThat(this.server.store().settlements().settle(acks)).hasSize(2);
		assertThat(this.server.redis().xpending(STREAM, GROUP).getCount()).isEqualTo(2);
		settle(one, List.of(new Settlement.Ack(one.receive())));
		settle(other, List.of(new Settlement.Ack(other.receive())));
	}

	private CollectingSink receiveOneMessage() throws InterruptedException {
		CollectingSink sink = this.server.sink(QUEUE);
		sink.room = 1;
		this.server.listen(QUEUE, GROUP, sink);
		Awaitility.await().until(() -> sink.arrived() == 1);
		return sink;
	}

	@Test
	void thousandsOfParkedRetriesAreTakenInSteps() throws Exception {
		CollectingSink sink = this.server.sink(QUEUE);
		sink.room = 20_000;
		MessageSource source = this.server.listen(QUEUE, GROUP, sink);
		int count = 11_000;
		this.server.store()
			.appender()
			.append(IntStream.range(0, count)
				.mapToObj((i) -> new OutgoingMessage(UUID.randomUUID().toString(), QUEUE,
						EncodedPayload.ofText("text", Format.TEXT), Map.of(), null, null))
				.toList(), false);
		List<Settlement> retries = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			retries.add(new Settlement.Retry(sink.receive(), LONG, FAILURE));
		}
		settle(sink, retries);
		source.stop();
		assertThat(this.server.redis().zcard(SIDE + "retry:" + GROUP)).isEqualTo(count);
		rewind(Position.earliest());
		assertThat(this.server.redis().xpending(STREAM, GROUP).getCount()).isZero();
		assertThat(this.server.redis().exists(SIDE + "retry:" + GROUP, SIDE + "attempts:" + GROUP)).isZero();
		CollectingSink again = this.server.sink(QUEUE);
		again.room = 20_000;
		this.server.listen(QUEUE, GROUP, again);
		Set<String> ids = new HashSet<>();
		for (int i = 0; i < count; i++) {
			ClaimedMessage message = again.receive();
			assertThat(message.attempt()).isEqualTo(1);
			ids.add(message.id());
		}
		assertThat(ids).hasSize(count);
	}

	@Test
	void rewindThatBrokeOffHalfWayLosesNothing() throws Exception {
		CollectingSink sink = this.server.sink(QUEUE);
		MessageSource source = this.server.listen(QUEUE, GROUP, sink);
		this.server.redis().xadd(STREAM, "n", "parked");
		this.server.redis().xadd(STREAM, "n", "held");
		settle(sink, List.of(new Settlement.Retry(sink.receive(), LONG, FAILURE)));
		ClaimedMessage held = sink.receive();
		source.stop();
		// as far as it comes with its first call, when that takes nothing
		this.server.redis().xgroupSetid(XReadArgs.StreamOffset.from(STREAM, "0"), GROUP);
		CollectingSink again = this.server.sink(QUEUE);
		this.server.listen(QUEUE, GROUP, again);
		ClaimedMessage first = again.receive();
		ClaimedMessage second = again.receive();
		assertThat(second.id()).isEqualTo(held.id());
		assertThat(this.server.store().settlements().settle(List.of(new Settlement.Ack(held)))).containsExactly(held);
		settle(again, List.of(new Settlement.Ack(first), new Settlement.Ack(second)));
		assertThat(this.server.redis().xpending(STREAM, GROUP).getCount()).isZero();
	}

	@Test
	void rewoundGroupThatIsLostBeforeTheNextHeartbeatStillGetsAllAgain() throws Exception {
		CollectingSink sink = this.server.sink(QUEUE);
		MessageSource source = this.server.listen(QUEUE, GROUP, sink);
		String first = this.server.redis().xadd(STREAM, "n", "1");
		String second = this.server.redis().xadd(STREAM, "n", "2");
		settle(sink, List.of(new Settlement.Ack(sink.receive()), new Settlement.Ack(sink.receive())));
		this.server.store().consumers().beat(Map.of(QUEUE, new Self(sink.consumer(), Set.of())));
		source.stop();
		rewind(Position.of(second));
		rewind(Position.of(first));
		this.server.redis().xgroupDestroy(STREAM, GROUP);
		CollectingSink again = this.server.sink(QUEUE);
		this.server.listen(QUEUE, GROUP, again);
		assertThat(List.of(again.receive().id(), again.receive().id())).containsExactly(first, second);
	}

	@Test
	void readerLeavesNothingButItsMarkAndThatGoesByItself() throws Exception {
		CollectingSink sink = new CollectingSink("nobody");
		MessageSource source = read(sink, Position.latest());
		this.server.redis().xadd(STREAM, "n", "1");
		sink.receive();
		source.stop();
		assertThat(this.server.redis().keys("*")).containsExactlyInAnyOrder(STREAM, SIDE + "groups");
		assertThat(this.server.redis().hkeys(SIDE + "groups")).containsExactly("reader");
		RetentionSettings unclaimed = new RetentionSettings(Duration.ZERO, null, null, false, Duration.ofMillis(1));
		assertThat(this.server.store().housekeeping().removeFinished(QUEUE, unclaimed)).isEqualTo(Removal.NONE);
		String longAgo = String.valueOf(System.currentTimeMillis() - Duration.ofMinutes(4).toMillis());
		this.server.redis().hset(SIDE + "groups", "reader", longAgo);
		Awaitility.await()
			.until(() -> this.server.store().housekeeping().removeFinished(QUEUE, unclaimed).unclaimed() == 1);
		assertThat(this.server.redis().exists(SIDE + "groups")).isZero();
	}

	@Test
	void groupsNoLongerWaitForAReaderThatIsGone() throws Exception {
		CollectingSink sink = this.server.sink(QUEUE);
		this.server.listen(QUEUE, GROUP, sink);
		read(new CollectingSink("nobody"), Position.latest()).stop();
		this.server.redis().xadd(STREAM, "n", "1");
		settle(sink, List.of(new Settlement.Ack(sink.receive())));
		RetentionSettings defaults = RetentionSettings.defaults();
		assertThat(this.server.store().housekeeping().removeFinished(QUEUE, defaults)).isEqualTo(Removal.NONE);
		String longAgo = String.valueOf(System.currentTimeMillis() - Duration.ofMinutes(4).toMillis());
		this.server.redis().hset(SIDE + "groups", "reader", longAgo);
		assertThat(this.server.store().housekeeping().removeFinished(QUEUE, defaults).finished()).isEqualTo(1);
	}

	@Test
	void readerThatIsFarBehindSaysSoOnce() throws Exception {
		CollectingSink sink = new CollectingSink("nobody");
		sink.room = 0;
		MessageSource source = this.server.store()
			.reader()
			.open(Subscription.ephemeral(QUEUE, Position.latest(), "tests"), sink);
		source.start();
		Awaitility.await().until(() -> this.server.redis().exists(SIDE + "groups") == 1);
		long past = System.currentTimeMillis() - Duration.ofSeconds(70).toMillis();
		this.server.redis().xadd(STREAM, new XAddArgs().id(past + "-0"), "n", "1");
		this.server.redis().xadd(STREAM, new XAddArgs().id(past + "-1"), "n", "2");
		Awaitility.await().until(() -> !this.server.events(QueueEvent.Warning.class).isEmpty());
		sink.room = 1;
		sink.receive();
		sink.room = 10;
		sink.receive();
		assertThat(this.server.events(QueueEvent.Warning.class)).singleElement()
			.satisfies((warning) -> assertThat(warning.text()).contains("behind", "keep-done"));
		source.stop();
	}

	@Test
	void entryThatWasReadWithoutAGroupIsShownAsItLies() throws Exception {
		CollectingSink sink = new CollectingSink("nobody");
		MessageSource source = read(sink, Position.latest());
		String id = this.server.redis().xadd(STREAM, "n", "1");
		MapRecord<byte[], String, byte[]> entry = this.server.store().entry(sink.receive());
		assertThat(entry.getId().getValue()).isEqualTo(id);
		assertThat(entry.getRequiredStream()).asString(StandardCharsets.UTF_8).isEqualTo(STREAM);
		assertThat(entry.getValue().get("n")).asString(StandardCharsets.UTF_8).isEqualTo("1");
		source.stop();
	}

	@Test
	void readerOfAStreamThatWasMadeAnewGoesOn() throws Exception {
		CollectingSink sink = new CollectingSink("nobody");
		MessageSource source = read(sink, Position.latest());
		this.server.redis().xadd(STREAM, new XAddArgs().id("9000000000000-0"), "n", "far ahead");
		sink.receive();
		this.server.redis().del(STREAM);
		Awaitility.await().until(() -> !this.server.events(QueueEvent.Warning.class).isEmpty());
		String id = this.server.redis().xadd(STREAM, "n", "anew");
		assertThat(sink.receive().id()).isEqualTo(id);
		source.stop();
	}

}
