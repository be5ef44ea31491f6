package io.github.queuestarter.store;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuestarter.Failure;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What ack, retry, release and bury do to a message.
 */
interface SettleContract extends StoreUnderTest {

	@Test
	default void ackedMessageIsDone() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, Messages.numbers(5));
		app.ackAll(sink.receive(5));
		assertThat(app.leftovers(sink)).isEmpty();
		app.retire();
		RecordingSink again = app.listen(queue, "billing");
		assertThat(app.leftovers(again)).isEmpty();
	}

	@Test
	default void retriedMessageComesAgainWhenItIsDue() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, "text");
		ClaimedMessage first = sink.receive();
		Instant before = Instant.now();
		app.retry(first, Duration.ofMillis(800));
		Instant after = Instant.now();
		ClaimedMessage second = sink.receive();
		assertThat(Instant.now()).isAfter(before.plusMillis(800).minus(SendContract.CLOCK_TOLERANCE))
			.isBefore(after.plusMillis(800).plus(ScheduleContract.LATEST));
		assertSameMessage(second, first);
		assertThat(second.failures()).isEqualTo(1);
		assertThat(second.attempt()).isEqualTo(2);
		assertThat(second.crashes()).isZero();
		assertThat(second.firstFailureAt()).isBetween(before.minus(SendContract.CLOCK_TOLERANCE),
				after.plus(SendContract.CLOCK_TOLERANCE));
	}

	@Test
	default void everyRetryCountsOneFailure() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, "text");
		ClaimedMessage message = sink.receive();
		app.retry(message, Duration.ZERO);
		Instant firstFailureAt = null;
		for (int failures = 1; failures <= 5; failures++) {
			ClaimedMessage next = sink.receive();
			assertSameMessage(next, message);
			assertThat(next.failures()).isEqualTo(failures);
			assertThat(next.firstFailureAt()).isNotNull();
			firstFailureAt = (firstFailureAt != null) ? firstFailureAt : next.firstFailureAt();
			assertThat(next.firstFailureAt()).isEqualTo(firstFailureAt);
			message = next;
			app.retry(message, Duration.ofMillis(5));
		}
		app.ack(sink.receive());
		assertThat(app.leftovers(sink)).isEmpty();
	}

	@Test
	default void releasedMessageComesAgainAtOnceAndUncounted() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, "text");
		ClaimedMessage first = sink.receive();
		app.release(first, Duration.ZERO);
		Instant released = Instant.now();
		ClaimedMessage second = sink.receive();
		assertThat(Instant.now()).isBefore(released.plus(ScheduleContract.LATEST));
		assertSameMessage(second, first);
		assertThat(second.failures()).isZero();
		assertThat(second.crashes()).isZero();
		assertThat(second.firstFailureAt()).isNull();
		app.ack(second);
		assertThat(app.leftovers(sink)).isEmpty();
	}

	@Test
	default void releasedMessageWaitsAsLongAsAsked() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, "text");
		ClaimedMessage first = sink.receive();
		Instant before = Instant.now();
		app.release(first, Duration.ofMillis(800));
		Instant after = Instant.now();
		ClaimedMessage second = sink.receive();
		assertThat(Instant.now()).isAfter(before.plusMillis(800).minus(SendContract.CLOCK_TOLERANCE))
			.isBefore(after.plusMillis(800).plus(ScheduleContract.LATEST));
		assertSameMessage(second, first);
		assertThat(second.failures()).isZero();
	}

	@Test
	default void releaseKeepsEarlierFailures() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, "text");
		app.retry(sink.receive(), Duration.ZERO);
		ClaimedMessage second = sink.receive();
		app.release(second, Duration.ZERO);
		ClaimedMessage third = sink.receive();
		assertThat(third.failures()).isEqualTo(1);
		assertThat(third.firstFailureAt()).isEqualTo(second.firstFailureAt());
	}

	@Test
	default void releasedMessageReachesAnotherInstance() {
		String queue = Messages.newQueue();
		Instance first = instance();
		RecordingSink ofFirst = first.listen(queue, "billing");
		first.send(queue, "text");
		ClaimedMessage message = ofFirst.receive();
		first.stop(ofFirst);
		first.release(message, Duration.ZERO);
		ClaimedMessage again = instance().listen(queue, "billing").receive();
		assertSameMessage(again, message);
		assertThat(again.failures()).isZero();
	}

	@Test
	default void parkedMessageOutlivesTheConsumerThatParkedIt() {
		String queue = Messages.newQueue();
		Instance first = instance();
		RecordingSink ofFirst = first.listen(queue, "billing");
		first.send(queue, "text");
		first.retry(ofFirst.receive(), Duration.ofMillis(700));
		first.retire();
		Instance second = instance();
		RecordingSink ofSecond = second.listen(queue, "billing");
		ClaimedMessage again = ofSecond.receive();
		assertThat(again.failures()).isEqualTo(1);
		assertThat(again.crashes()).isZero();
		assertThat(again.consumer()).isEqualTo(second.join(queue));
	}

	@Test
	default void buriedMessageDoesNotComeAgain() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, "text");
		app.bury(sink.receive());
		assertThat(app.leftovers(sink)).isEmpty();
	}

	@Test
	default void onlyPartOfABatchIsSettled() {
		String queue = Messages.newQueue();
		Instance app = instance();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, Messages.numbers(6));
		List<ClaimedMessage> batch = sink.receive(6);
		app.settleHeld(new Settlement.Ack(batch.get(1)), new Settlement.Ack(batch.get(4)));
		app.ack(batch.get(0));
		app.retire();
		RecordingSink again = instance().listen(queue, "billing");
		List<ClaimedMessage> rest = again.receive(3);
		assertThat(Messages.texts(rest)).containsExactlyInAnyOrder("2", "3", "5");
		assertThat(rest).allMatch((message) -> message.failures() == 0 && message.crashes() == 0);
	}

	@Test
	default void oneCallSettlesInAllFourWays() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, "ack", "retry", "release", "bury", "held");
		List<ClaimedMessage> batch = sink.receive(5);
		app.settleHeld(SettlementKind.ACK.of(batch.get(0)), SettlementKind.RETRY.of(batch.get(1)),
				SettlementKind.RELEASE.of(batch.get(2)), SettlementKind.BURY.of(batch.get(3)));
		Map<String, ClaimedMessage> again = new HashMap<>();
		sink.receive(2).forEach((message) -> again.put(message.payload().asText(), message));
		assertThat(again).containsOnlyKeys("retry", "release");
		assertThat(again.get("retry").failures()).isEqualTo(1);
		assertThat(again.get("release").failures()).isZero();
		app.ackAll(List.copyOf(again.values()));
		app.ack(batch.get(4));
		assertThat(app.leftovers(sink)).isEmpty();
		assertThat(app.stats(queue, "billing").deadLetters().value()).isEqualTo(1);
	}

	@Test
	default void largeMixedBatchIsSettledCompletely() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, Messages.numbers(900));
		List<ClaimedMessage> batch = sink.receive(900);
		List<Settlement> settlements = new ArrayList<>();
		for (int i = 0; i < 900; i++) {
			settlements.add(SettlementKind.values()[i % 3].of(batch.get(i)));
		}
		app.settleHeld(settlements.toArray(Settlement[]::new));
		List<ClaimedMessage> again = sink.receive(600);
		assertThat(Messages.ids(again)).doesNotHaveDuplicates();
		assertThat(again).filteredOn((message) -> message.failures() == 1).hasSize(300);
		app.ackAll(again);
		assertThat(app.leftovers(sink)).isEmpty();
	}

	@Test
	default void groupsSettleIndependently() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink billing = app.listen(queue, "billing");
		RecordingSink shipping = app.listen(queue, "shipping");
		app.send(queue, "retry", "bury", "release");
		List<ClaimedMessage> billed = billing.receive(3);
		app.retry(billed.get(0), Duration.ZERO);
		app.bury(billed.get(1));
		app.release(billed.get(2), Duration.ZERO);
		app.ackAll(billing.receive(2));
		List<ClaimedMessage> shipped = shipping.receive(3);
		assertThat(shipped).allMatch((message) -> message.failures() == 0 && message.firstFailureAt() == null);
		app.ackAll(shipped);
		app.stop(billing);
		assertThat(app.leftovers(shipping)).isEmpty();
		assertThat(app.stats(queue, "shipping").deadLetters().value()).isZero();
		assertThat(app.stats(queue, "billing").deadLetters().value()).isEqualTo(1);
	}

	@Test
	default void failureTextsOfAnyKindAreAccepted() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		String id = app.send(queue, "text").get(0);
		String odd = "nul \0, half \uD83D, other half \uDE00, " + "long ".repeat(50_000);
		Failure failure = new Failure(Failure.Kind.EXCEPTION, odd, odd, odd, odd);
		app.settleHeld(new Settlement.Retry(sink.receive(), Duration.ZERO, failure));
		app.settleHeld(new Settlement.Bury(sink.receive(), failure));
		assertThat(app.store().administration().replay(queue, "billing", id)).isTrue();
		assertThat(sink.receive().id()).isEqualTo(id);
	}

	@Test
	default void everyAttemptIsDeliveredOnceThoughTwoInstancesCompete() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink ofFirst = first.listen(queue, "billing");
		RecordingSink ofSecond = second.listen(queue, "billing");
		first.send(queue, Messages.numbers(150));
		Set<String> attempts = new HashSet<>();
		List<String> doubles = new ArrayList<>();
		Awaitility.await().pollInterval(Duration.ZERO).until(() -> {
			for (ClaimedMessage message : ofFirst.poll()) {
				settleUpToFourthAttempt(first, message, attempts, doubles);
			}
			for (ClaimedMessage message : ofSecond.poll()) {
				settleUpToFourthAttempt(second, message, attempts, doubles);
			}
			return attempts.size() == 600 && first.stats(queue, "billing").pending().value() == 0;
		});
		assertThat(doubles).isEmpty();
		assertThat(ofFirst.arrived()).isEmpty();
		assertThat(ofSecond.arrived()).isEmpty();
	}

	private static void settleUpToFourthAttempt(Instance app, ClaimedMessage message, Set<String> attempts,
			List<String> doubles) {
		String attempt = message.id() + " attempt " + message.attempt();
		if (!attempts.add(attempt)) {
			doubles.add(attempt);
		}
		app.settleHeld((message.attempt() < 4) ? SettlementKind.RETRY.of(message) : SettlementKind.ACK.of(message));
	}

	private static void assertSameMessage(ClaimedMessage actual, ClaimedMessage expected) {
		assertThat(actual.id()).isEqualTo(expected.id());
		assertThat(actual.queue()).isEqualTo(expected.queue());
		assertThat(actual.group()).isEqualTo(expected.group());
		assertThat(actual.sentAt()).isEqualTo(expected.sentAt());
		assertThat(actual.headers()).isEqualTo(expected.headers());
		assertThat(actual.payload().bytes()).isEqualTo(expected.payload().bytes());
		assertThat(actual.payload().format()).isEqualTo(expected.payload().format());
	}

}
