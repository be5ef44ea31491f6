package io.github.queuestarter.store;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.queuestarter.Count;
import io.github.queuestarter.DeadLetter;
import io.github.queuestarter.DeadLetterPage;
import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.EncodedPayload.Format;
import io.github.queuestarter.Failure;
import io.github.queuestarter.PageRequest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Dead letters keep everything, and can be replayed.
 */
interface DeadLetterContract extends StoreUnderTest {

	@Test
	default void deadLetterTellsEverything() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		byte[] bytes = { 0, 1, (byte) 0xFF, 'x' };
		app.send(Messages.of(queue, new EncodedPayload(bytes, Format.BINARY), Map.of("tenant", "Grüße 😀")));
		ClaimedMessage message = sink.receive();
		Instant beforeFirst = Instant.now();
		app.retry(message, Duration.ofMillis(50));
		Instant afterFirst = Instant.now();
		app.retry(sink.receive(), Duration.ofMillis(50));
		ClaimedMessage last = sink.receive();
		Instant beforeLast = Instant.now();
		app.bury(last);
		Instant afterLast = Instant.now();
		DeadLetter dead = only(app, queue, "billing");
		assertThat(dead.id()).isEqualTo(message.id());
		assertThat(dead.queue()).isEqualTo(queue);
		assertThat(dead.group()).isEqualTo("billing");
		assertThat(dead.payload().bytes()).isEqualTo(bytes);
		assertThat(dead.payload().format()).isEqualTo(Format.BINARY);
		assertThat(dead.headers()).isEqualTo(Map.of("tenant", "Grüße 😀"));
		assertThat(dead.sentAt()).isEqualTo(message.sentAt());
		assertThat(dead.attempts()).isEqualTo(3);
		assertThat(dead.crashes()).isZero();
		assertThat(dead.firstFailureAt()).isEqualTo(last.firstFailureAt())
			.isBetween(beforeFirst.minus(SendContract.CLOCK_TOLERANCE), afterFirst.plus(SendContract.CLOCK_TOLERANCE));
		assertThat(dead.lastFailureAt()).isBetween(beforeLast.minus(SendContract.CLOCK_TOLERANCE),
				afterLast.plus(SendContract.CLOCK_TOLERANCE));
		assertThat(dead.consumer()).isEqualTo(app.join(queue));
		assertThat(dead.failure()).isEqualTo(Messages.failure());
	}

	@Test
	default void messageBuriedAtItsFirstAttemptFailedOnce() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, "text");
		Failure failure = Failure.of(Failure.Kind.CONVERSION, "not a number");
		app.settleHeld(new Settlement.Bury(sink.receive(), failure));
		DeadLetter dead = only(app, queue, "billing");
		assertThat(dead.attempts()).isEqualTo(1);
		assertThat(dead.firstFailureAt()).isEqualTo(dead.lastFailureAt());
		assertThat(dead.failure()).isEqualTo(failure);
	}

	@Test
	default void messageBuriedAfterACrashTellsOfIt() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink ofFirst = first.listen(queue, "billing");
		first.send(queue, "text");
		ofFirst.receive();
		first.crash();
		second.takeOver(queue, first);
		second.bury(second.listen(queue, "billing").receive());
		DeadLetter dead = only(second, queue, "billing");
		assertThat(dead.crashes()).isEqualTo(1);
		assertThat(dead.consumer()).isEqualTo(second.join(queue));
	}

	@Test
	default void deadLettersComeInPagesOldestFirst() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		List<String> buried = new ArrayList<>();
		app.send(queue, Messages.numbers(5));
		for (int index : new int[] { 3, 0, 4, 1, 2 }) {
			ClaimedMessage message = held(sink, Integer.toString(index));
			app.bury(message);
			buried.add(message.id());
		}
		List<String> paged = new ArrayList<>();
		List<Integer> sizes = new ArrayList<>();
		PageRequest request = PageRequest.first(2);
		while (request != null) {
			DeadLetterPage page = app.store().administration().deadLetters(queue, "billing", request);
			page.deadLetters().forEach((dead) -> paged.add(dead.id()));
			sizes.add(page.deadLetters().size());
			request = page.next();
		}
		assertThat(paged).isEqualTo(buried);
		assertThat(sizes).containsExactly(2, 2, 1);
		DeadLetterPage whole = app.store().administration().deadLetters(queue, "billing", PageRequest.first(5));
		assertThat(whole.deadLetters()).hasSize(5);
		assertThat(whole.next()).isNull();
	}

	@Test
	default void deadLettersBuriedTogetherArePagedWithoutLoss() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		List<String> ids = app.send(queue, Messages.numbers(250));
		app.settleHeld(sink.receive(250).stream().map(SettlementKind.BURY::of).toArray(Settlement[]::new));
		List<String> paged = new ArrayList<>();
		PageRequest request = PageRequest.first(100);
		while (request != null) {
			DeadLetterPage page = app.store().administration().deadLetters(queue, "billing", request);
			page.deadLetters().forEach((dead) -> paged.add(dead.id()));
			request = page.next();
		}
		assertThat(paged).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(ids);
	}

	@Test
	default void unknownDeadLettersAreNotFound() {
		Instance app = instance();
		String queue = Messages.newQueue();
		Administration administration = app.store().administration();
		for (boolean known : new boolean[] { false, true }) {
			assertThat(administration.deadLetters(queue, "billing", PageRequest.first(10)).deadLetters()).isEmpty();
			assertThat(administration.deadLetters(queue, "billing", PageRequest.first(10)).next()).isNull();
			assertThat(administration.replay(queue, "billing", "nothing")).isFalse();
			assertThat(administration.replay(queue, "billing", 10)).isZero();
			assertThat(administration.discard(queue, "billing", "nothing")).isFalse();
			if (!known) {
				app.makeGroup(queue, "billing");
			}
		}
	}

	@Test
	default void replayedMessageStartsAfreshForItsGroupAlone() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink billing = app.listen(queue, "billing");
		RecordingSink shipping = app.listen(queue, "shipping");
		EncodedPayload payload = EncodedPayload.ofText("{\"total\": 1}", Format.JSON);
		String id = app.send(Messages.of(queue, payload, Map.of("tenant", "north"))).get(0);
		app.ack(shipping.receive());
		app.retry(billing.receive(), Duration.ZERO);
		ClaimedMessage buried = billing.receive();
		app.bury(buried);
		assertThat(app.store().administration().replay(queue, "shipping", id)).isFalse();
		assertThat(app.store().administration().replay(queue, "billing", id)).isTrue();
		ClaimedMessage replayed = billing.receive();
		assertThat(replayed.id()).isEqualTo(id);
		assertThat(replayed.failures()).isZero();
		assertThat(replayed.crashes()).isZero();
		assertThat(replayed.firstFailureAt()).isNull();
		assertThat(replayed.crashedAlone()).isFalse();
		assertThat(replayed.headers()).isEqualTo(Map.of("tenant", "north"));
		assertThat(replayed.payload().bytes()).isEqualTo(payload.bytes());
		assertThat(replayed.payload().format()).isEqualTo(Format.JSON);
		assertThat(replayed.sentAt()).isEqualTo(buried.sentAt());
		app.ack(replayed);
		app.stop(billing);
		assertThat(app.leftovers(shipping)).isEmpty();
		assertThat(deadLetters(app, queue, "billing")).isEmpty();
		assertThat(app.store().administration().replay(queue, "billing", id)).isFalse();
	}

	@Test
	default void replayedMessageIsBuriedAndReplayedAgain() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		String id = app.send(queue, "text").get(0);
		app.retry(sink.receive(), Duration.ZERO);
		app.bury(sink.receive());
		for (int round = 0; round < 3; round++) {
			assertThat(app.store().administration().replay(queue, "billing", id)).isTrue();
			ClaimedMessage replayed = sink.receive();
			assertThat(replayed.failures()).isZero();
			assertThat(replayed.payload().asText()).isEqualTo("text");
			app.retry(replayed, Duration.ZERO);
			ClaimedMessage retried = sink.receive();
			assertThat(retried.failures()).isEqualTo(1);
			assertThat(retried.payload().asText()).isEqualTo("text");
			app.bury(retried);
			DeadLetter dead = only(app, queue, "billing");
			assertThat(dead.id()).isEqualTo(id);
			assertThat(dead.attempts()).isEqualTo(2);
			assertThat(dead.payload().asText()).isEqualTo("text");
		}
		assertThat(app.leftovers(sink)).isEmpty();
	}

	@Test
	default void replayedMessageOutlivesACrash() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink ofFirst = first.listen(queue, "billing");
		String id = first.send(queue, "text").get(0);
		first.bury(ofFirst.receive());
		assertThat(first.store().administration().replay(queue, "billing", id)).isTrue();
		ofFirst.receive();
		first.crash();
		assertThat(second.takeOver(queue, first)).isEqualTo(1);
		RecordingSink ofSecond = second.listen(queue, "billing");
		ClaimedMessage rescued = ofSecond.receive();
		assertThat(rescued.id()).isEqualTo(id);
		assertThat(rescued.crashes()).isEqualTo(1);
		assertThat(rescued.payload().asText()).isEqualTo("text");
		second.ack(rescued);
		assertThat(second.leftovers(ofSecond)).isEmpty();
		assertThat(second.stats(queue, "billing").pending()).isEqualTo(Count.exactly(0));
	}

	@Test
	default void replayedMessageIsGivenBackByARetiringConsumer() {
		String queue = Messages.newQueue();
		Instance first = instance();
		RecordingSink ofFirst = first.listen(queue, "billing");
		String id = first.send(queue, "text").get(0);
		first.bury(ofFirst.receive());
		assertThat(first.store().administration().replay(queue, "billing", id)).isTrue();
		ofFirst.receive();
		first.retire();
		ClaimedMessage again = instance().listen(queue, "billing").receive();
		assertThat(again.id()).isEqualTo(id);
		assertThat(again.failures()).isZero();
		assertThat(again.crashes()).isZero();
	}

	@Test
	default void deadLetterCanBeReplayedAfterItsMessageWasRemoved() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		String id = app.send(Messages.of(queue, EncodedPayload.ofText("text", Format.TEXT), Map.of("tenant", "north")))
			.get(0);
		app.bury(sink.receive());
		Awaitility.await()
			.until(() -> app.store().housekeeping().removeFinished(queue, RetentionSettings.defaults()).finished() > 0);
		app.store().housekeeping().removeFinished(queue, RetentionSettings.defaults());
		assertThat(app.store().administration().replay(queue, "billing", id)).isTrue();
		ClaimedMessage replayed = sink.receive();
		assertThat(replayed.payload().asText()).isEqualTo("text");
		assertThat(replayed.headers()).isEqualTo(Map.of("tenant", "north"));
		app.retry(replayed, Duration.ZERO);
		app.store().housekeeping().removeFinished(queue, RetentionSettings.defaults());
		ClaimedMessage retried = sink.receive();
		assertThat(retried.payload().asText()).isEqualTo("text");
		app.bury(retried);
		assertThat(only(app, queue, "billing").payload().asText()).isEqualTo("text");
	}

	@Test
	default void oldestDeadLettersAreReplayedFirst() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, "1", "2", "3");
		List<ClaimedMessage> messages = sink.receive(3);
		app.bury(messages.get(2));
		app.bury(messages.get(0));
		app.bury(messages.get(1));
		assertThat(app.store().administration().replay(queue, "billing", 2)).isEqualTo(2);
		assertThat(Messages.texts(sink.receive(2))).containsExactlyInAnyOrder("3", "1");
		assertThat(app.store().administration().replay(queue, "billing", 100)).isEqualTo(1);
		assertThat(sink.receive().payload().asText()).isEqualTo("2");
		assertThat(app.store().administration().replay(queue, "billing", 100)).isZero();
	}

	@Test
	default void manyDeadLettersAreReplayedInOneCall() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		List<String> ids = app.send(queue, Messages.numbers(700));
		app.settleHeld(sink.receive(700).stream().map(SettlementKind.BURY::of).toArray(Settlement[]::new));
		assertThat(app.store().administration().replay(queue, "billing", 1000)).isEqualTo(700);
		assertThat(Messages.ids(sink.receive(700))).containsExactlyInAnyOrderElementsOf(ids);
	}

	@Test
	default void deadLetterIsReplayedOnceThoughTwoOperatorsTry() {
		Instance app = instance();
		Instance other = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		List<String> ids = app.send(queue, Messages.numbers(20));
		app.settleHeld(sink.receive(20).stream().map(SettlementKind.BURY::of).toArray(Settlement[]::new));
		for (String id : ids) {
			assertThat(Together.call(() -> app.store().administration().replay(queue, "billing", id),
					() -> other.store().administration().replay(queue, "billing", id)))
				.containsExactlyInAnyOrder(true, false);
		}
		List<ClaimedMessage> replayed = sink.receive(20);
		assertThat(Messages.ids(replayed)).containsExactlyInAnyOrderElementsOf(ids);
		app.ackAll(replayed);
		assertThat(app.leftovers(sink)).isEmpty();
	}

	@Test
	default void discardedDeadLetterIsGone() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		List<String> ids = app.send(queue, "1", "2");
		sink.receive(2).forEach(app::bury);
		assertThat(app.store().administration().discard(queue, "billing", ids.get(0))).isTrue();
		assertThat(app.store().administration().discard(queue, "billing", ids.get(0))).isFalse();
		assertThat(app.store().administration().replay(queue, "billing", ids.get(0))).isFalse();
		assertThat(only(app, queue, "billing").id()).isEqualTo(ids.get(1));
		assertThat(app.leftovers(sink)).isEmpty();
	}

	@Test
	default void groupsHaveTheirOwnDeadLetters() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink billing = app.listen(queue, "billing");
		RecordingSink shipping = app.listen(queue, "shipping");
		String id = app.send(queue, "text").get(0);
		app.bury(billing.receive());
		app.bury(shipping.receive());
		assertThat(app.store().administration().discard(queue, "billing", id)).isTrue();
		assertThat(deadLetters(app, queue, "billing")).isEmpty();
		assertThat(only(app, queue, "shipping").id()).isEqualTo(id);
		assertThat(app.store().administration().replay(queue, "shipping", id)).isTrue();
		assertThat(shipping.receive().id()).isEqualTo(id);
		app.stop(shipping);
		assertThat(app.leftovers(billing)).isEmpty();
	}

	private static ClaimedMessage held(RecordingSink sink, String text) {
		Awaitility.await()
			.until(() -> sink.held().stream().anyMatch((message) -> message.payload().asText().equals(text)));
		return sink.held()
			.stream()
			.filter((message) -> message.payload().asText().equals(text))
			.findFirst()
			.orElseThrow();
	}

	private static List<DeadLetter> deadLetters(Instance app, String queue, String group) {
		return app.store().administration().deadLetters(queue, group, PageRequest.first(10)).deadLetters();
	}

	private static DeadLetter only(Instance app, String queue, String group) {
		assertThat(app.stats(queue, group).deadLetters()).isEqualTo(Count.exactly(1));
		List<DeadLetter> deadLetters = deadLetters(app, queue, group);
		assertThat(deadLetters).hasSize(1);
		return deadLetters.get(0);
	}

}
