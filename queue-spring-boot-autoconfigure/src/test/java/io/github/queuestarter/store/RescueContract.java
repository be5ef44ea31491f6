package io.github.queuestarter.store;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.queuestarter.Count;
import io.github.queuestarter.Position;
import io.github.queuestarter.store.Consumers.Rescued;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a consumer held that is gone comes again, and what a living one holds does not.
 */
interface RescueContract extends StoreUnderTest {

	@Test
	default void holdingsOfAFencedConsumerComeAgainWithOneCrash() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink ofFirst = first.listen(queue, "billing");
		List<String> ids = first.send(queue, Messages.numbers(5));
		List<ClaimedMessage> held = ofFirst.receive(5);
		first.ack(held.get(2));
		first.crash();
		RecordingSink ofSecond = second.listen(queue, "billing");
		assertThat(second.fence(queue, first)).isTrue();
		assertThat(second.store().consumers().rescue(Set.of(second.store().consumers().domainOf(queue))))
			.contains(new Rescued(queue, "billing", 4));
		List<ClaimedMessage> rescued = ofSecond.receive(4);
		assertThat(Messages.ids(rescued)).containsExactlyInAnyOrder(ids.get(0), ids.get(1), ids.get(3), ids.get(4));
		assertThat(rescued).allMatch((message) -> message.crashes() == 1 && message.failures() == 0
				&& !message.crashedAlone() && message.consumer().equals(second.join(queue)));
		assertThat(second.rescue(queue)).isZero();
		second.ackAll(rescued);
		assertThat(second.leftovers(ofSecond)).isEmpty();
	}

	@Test
	default void crashesAddUpAndFailuresStay() {
		String queue = Messages.newQueue();
		Instance survivor = instance();
		Instance first = instance();
		RecordingSink ofFirst = first.listen(queue, "billing");
		first.send(queue, "text");
		first.retry(ofFirst.receive(), Duration.ZERO);
		ClaimedMessage held = ofFirst.receive();
		first.crash();
		survivor.takeOver(queue, first);
		for (int crashes = 1; crashes <= 3; crashes++) {
			Instance next = instance();
			ClaimedMessage rescued = next.listen(queue, "billing").receive();
			assertThat(rescued.crashes()).isEqualTo(crashes);
			assertThat(rescued.failures()).isEqualTo(1);
			assertThat(rescued.firstFailureAt()).isEqualTo(held.firstFailureAt());
			assertThat(rescued.payload().asText()).isEqualTo("text");
			next.crash();
			assertThat(survivor.takeOver(queue, next)).isEqualTo(1);
		}
	}

	@Test
	default void crashesStayThroughRetryAndRelease() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink ofFirst = first.listen(queue, "billing");
		first.send(queue, "text");
		ofFirst.receive();
		first.crash();
		second.takeOver(queue, first);
		RecordingSink ofSecond = second.listen(queue, "billing");
		second.retry(ofSecond.receive(), Duration.ZERO);
		second.release(ofSecond.receive(), Duration.ZERO);
		ClaimedMessage last = ofSecond.receive();
		assertThat(last.crashes()).isEqualTo(1);
		assertThat(last.failures()).isEqualTo(1);
	}

	@Test
	default void holdingsOfALivingConsumerAreLeftAlone() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink ofFirst = first.listen(queue, "billing");
		first.send(queue, "new", "due");
		List<ClaimedMessage> held = new ArrayList<>(ofFirst.receive(2));
		first.retry(held.remove(1), Duration.ZERO);
		held.add(ofFirst.receive());
		RecordingSink ofSecond = second.listen(queue, "billing");
		assertThat(second.rescue(queue)).isZero();
		first.stop(ofFirst);
		assertThat(second.leftovers(ofSecond)).isEmpty();
		first.ackAll(held);
	}

	@Test
	default void waitingMessagesAreNotRescued() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink ofFirst = first.listen(queue, "billing");
		first.send(queue, "text");
		ClaimedMessage message = ofFirst.receive();
		first.crash();
		first.retry(message, Duration.ofMillis(700));
		assertThat(second.takeOver(queue, first)).isZero();
		ClaimedMessage again = second.listen(queue, "billing").receive();
		assertThat(again.crashes()).isZero();
		assertThat(again.failures()).isEqualTo(1);
	}

	@Test
	default void everyGroupIsRescued() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink billing = first.listen(queue, "billing");
		RecordingSink shipping = first.listen(queue, "shipping");
		first.send(queue, "1", "2", "3");
		billing.receive(3);
		first.ackAll(shipping.receive(3).subList(0, 2));
		first.crash();
		assertThat(second.fence(queue, first)).isTrue();
		assertThat(second.store().consumers().rescue(Set.of(second.store().consumers().domainOf(queue))))
			.contains(new Rescued(queue, "billing", 3), new Rescued(queue, "shipping", 1));
		assertThat(Messages.texts(second.listen(queue, "billing").receive(3))).containsExactlyInAnyOrder("1", "2", "3");
		assertThat(second.listen(queue, "shipping").receive().payload().asText()).isEqualTo("3");
	}

	@Test
	default void queuesAreRescuedTogether() {
		List<String> queues = IntStream.range(0, 25).mapToObj((i) -> Messages.newQueue()).toList();
		Instance first = instance();
		Instance second = instance();
		for (String queue : queues) {
			RecordingSink sink = first.listen(queue, "billing");
			first.send(queue, "1", "2");
			first.ack(sink.receive(2).get(0));
		}
		first.crash();
		Consumers consumers = second.store().consumers();
		Map<String, String> domains = queues.stream()
			.collect(Collectors.toMap(consumers::domainOf, Function.identity(), (one, other) -> one));
		domains.values().forEach((queue) -> assertThat(second.fence(queue, first)).isTrue());
		assertThat(consumers.rescue(domains.keySet()))
			.contains(queues.stream().map((queue) -> new Rescued(queue, "billing", 1)).toArray(Rescued[]::new));
		for (String queue : queues) {
			assertThat(second.listen(queue, "billing").receive().payload().asText()).isEqualTo("2");
		}
	}

	@Test
	default void messageIsRescuedOnceThoughTwoInstancesTry() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		Instance third = instance();
		RecordingSink ofFirst = first.listen(queue, "billing");
		List<String> ids = first.send(queue, Messages.numbers(200));
		first.settleHeld(
				ofFirst.receive(200).subList(0, 100).stream().map(SettlementKind.RETRY::of).toArray(Settlement[]::new));
		ofFirst.receive(100);
		first.crash();
		assertThat(second.fence(queue, first)).isTrue();
		List<Integer> rescued = Together.call(() -> second.rescue(queue), () -> third.rescue(queue));
		assertThat(rescued.get(0) + rescued.get(1) + second.rescue(queue)).isEqualTo(200);
		List<ClaimedMessage> again = second.listen(queue, "billing").receive(200);
		assertThat(Messages.ids(again)).containsExactlyInAnyOrderElementsOf(ids);
		assertThat(again).allMatch((message) -> message.crashes() == 1);
	}

	@Test
	default void largeHoldingIsRescuedCompletely() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink ofFirst = first.listen(queue, "billing");
		List<String> ids = first.send(queue, Messages.numbers(800));
		ofFirst.receive(800);
		first.crash();
		RecordingSink ofSecond = second.listen(queue, "billing");
		assertThat(second.fence(queue, first)).isTrue();
		Awaitility.await().until(() -> second.rescue(queue) == 0);
		assertThat(Messages.ids(ofSecond.receive(800))).containsExactlyInAnyOrderElementsOf(ids);
	}

	@Test
	default void messagesClaimedDuringTheFenceAreNotLost() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink ofFirst = first.listen(first.sink(queue, "billing", Position.earliest()).room(7));
		second.join(queue);
		Set<String> open = new HashSet<>(first.send(queue, Messages.numbers(20)));
		assertThat(second.fence(queue, first)).isTrue();
		open.addAll(second.send(queue, Messages.numbers(20)));
		RecordingSink ofSecond = second.listen(queue, "billing");
		Awaitility.await().pollInterval(Duration.ZERO).until(() -> {
			ofFirst.poll().forEach(ofFirst::forget);
			second.rescue(queue);
			List<ClaimedMessage> received = ofSecond.poll();
			second.ackAll(received);
			Messages.ids(received).forEach(open::remove);
			return open.isEmpty();
		});
	}

	@Test
	default void crashWhileAloneIsKnown() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink ofFirst = first.listen(queue, "billing");
		first.send(queue, "alone", "other");
		List<ClaimedMessage> held = ofFirst.receive(2);
		assertThat(first.store().settlements().runsAlone(held.get(0))).isTrue();
		first.crash();
		second.takeOver(queue, first);
		for (ClaimedMessage rescued : second.listen(queue, "billing").receive(2)) {
			assertThat(rescued.crashes()).isEqualTo(1);
			assertThat(rescued.crashedAlone()).isEqualTo(rescued.id().equals(held.get(0).id()));
		}
	}

	@Test
	default void crashOfADueMessageWhileAloneIsKnown() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink ofFirst = first.listen(queue, "billing");
		first.send(queue, "text");
		first.retry(ofFirst.receive(), Duration.ZERO);
		assertThat(first.store().settlements().runsAlone(ofFirst.receive())).isTrue();
		first.crash();
		second.takeOver(queue, first);
		ClaimedMessage rescued = second.listen(queue, "billing").receive();
		assertThat(rescued.crashedAlone()).isTrue();
		assertThat(rescued.failures()).isEqualTo(1);
	}

	@Test
	default void runAloneThatEndedIsForgotten() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink ofFirst = first.listen(queue, "billing");
		first.send(queue, "retried", "released");
		for (ClaimedMessage message : ofFirst.receive(2)) {
			assertThat(first.store().settlements().runsAlone(message)).isTrue();
			first.settleHeld(message.payload().asText().equals("retried") ? SettlementKind.RETRY.of(message)
					: SettlementKind.RELEASE.of(message));
		}
		assertThat(ofFirst.receive(2)).noneMatch(ClaimedMessage::crashedAlone);
		first.crash();
		second.takeOver(queue, first);
		assertThat(second.listen(queue, "billing").receive(2))
			.allMatch((message) -> message.crashes() == 1 && !message.crashedAlone());
	}

	@Test
	default void messageThatIsNotHeldCannotRunAlone() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink ofFirst = first.listen(queue, "billing");
		first.send(queue, "text");
		ClaimedMessage lost = ofFirst.receive();
		first.crash();
		assertThat(second.fence(queue, first)).isTrue();
		assertThat(first.store().settlements().runsAlone(lost)).isFalse();
		second.rescue(queue);
		RecordingSink ofSecond = second.listen(queue, "billing");
		ClaimedMessage rescued = ofSecond.receive();
		assertThat(rescued.crashedAlone()).isFalse();
		assertThat(first.store().settlements().runsAlone(lost)).isFalse();
		second.ack(rescued);
		assertThat(second.store().settlements().runsAlone(rescued)).isFalse();
		assertThat(second.leftovers(ofSecond)).isEmpty();
	}

	@Test
	default void retiringGivesBackAtOnceAndUncounted() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink ofFirst = first.listen(queue, "billing");
		first.send(queue, "new", "due", "done");
		List<ClaimedMessage> held = ofFirst.receive(3);
		first.retry(held.get(1), Duration.ZERO);
		ClaimedMessage due = ofFirst.receive();
		first.ack(held.get(2));
		first.crash();
		RecordingSink ofSecond = second.listen(queue, "billing");
		first.retire();
		Instant retired = Instant.now();
		List<ClaimedMessage> received = ofSecond.receive(2);
		assertThat(Instant.now()).isBefore(retired.plus(ScheduleContract.LATEST));
		assertThat(Messages.texts(received)).containsExactlyInAnyOrder("new", "due");
		assertThat(received).allMatch((message) -> message.crashes() == 0
				&& message.failures() == (message.payload().asText().equals("due") ? 1 : 0));
		assertThat(first.settle(SettlementKind.ACK.of(held.get(0)))).containsExactly(held.get(0));
		assertThat(first.settle(SettlementKind.RETRY.of(due))).containsExactly(due);
		second.ackAll(received);
		assertThat(second.leftovers(ofSecond)).isEmpty();
		assertThat(second.stats(queue, "billing").pending()).isEqualTo(Count.exactly(0));
	}

}
