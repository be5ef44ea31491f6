package io.github.queuestarter.store;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuestarter.Count;
import io.github.queuestarter.store.Consumers.Beat;
import io.github.queuestarter.store.Consumers.Self;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Who is silent can be fenced, and who was fenced can't settle.
 */
interface FenceContract extends StoreUnderTest {

	@Test
	default void beatSeesOthersAndAdvancesTheOwnCounter() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		String consumer = first.join(queue);
		Beat beat = second.beat(queue);
		assertThat(beat.registered()).isTrue();
		assertThat(beat.others()).containsKey(consumer).doesNotContainKey(second.join(queue));
		long before = beat.others().get(consumer);
		assertThat(second.beat(queue).others()).containsEntry(consumer, before);
		first.beat(queue);
		assertThat(second.beat(queue).others().get(consumer)).isGreaterThan(before);
	}

	@Test
	default void oneBeatServesSeveralQueues() {
		Instance app = instance();
		Instance other = instance();
		String first = Messages.newQueue();
		String second = Messages.newQueue();
		Consumers consumers = app.store().consumers();
		// One entry where a store has one domain for all queues
		Map<String, Self> own = new HashMap<>();
		own.put(consumers.domainOf(first), new Self(app.join(first), Set.of()));
		own.put(consumers.domainOf(second), new Self(app.join(second), Set.of()));
		Map<String, Beat> beats = consumers.beat(own);
		assertThat(beats).containsOnlyKeys(own.keySet());
		assertThat(beats.values()).allMatch(Beat::registered);
		String silent = other.join(first);
		assertThat(consumers.beat(own).get(consumers.domainOf(first)).others()).containsKey(silent);
	}

	@Test
	default void beatTellsWhichOfTheOwnGroupsOthersTakeFrom() {
		String queue = Messages.newQueue();
		String other = Messages.newQueue();
		Instance app = instance();
		app.listen(queue, "common");
		app.listen(queue, "own");
		app.listen(other, "own");
		assertThat(app.beat(queue).shared()).isEmpty();
		Instance second = instance();
		second.join(queue);
		assertThat(app.beat(queue).shared()).isEmpty();
		second.listen(queue, "common");
		second.listen(queue, "theirs");
		second.beat(queue);
		GroupName common = new GroupName(queue, "common");
		Awaitility.await().untilAsserted(() -> assertThat(app.beat(queue).shared()).containsExactly(common));
		assertThat(second.beat(queue).shared()).containsExactly(common);
		second.retire();
		assertThat(app.beat(queue).shared()).isEmpty();
	}

	@Test
	default void beatOfAnUnregisteredConsumerDoesNotRegisterIt() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		first.join(queue);
		assertThat(second.fence(queue, first)).isTrue();
		assertThat(first.beat(queue).registered()).isFalse();
		assertThat(first.beat(queue).registered()).isFalse();
		assertThat(second.beat(queue).others()).doesNotContainKey(first.join(queue));
	}

	@Test
	default void consumerWhoseCounterMovedIsNotFenced() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		String consumer = first.join(queue);
		long counter = second.beat(queue).others().get(consumer);
		first.beat(queue);
		assertThat(fence(second, queue, consumer, counter)).isFalse();
		assertThat(first.beat(queue).registered()).isTrue();
	}

	@Test
	default void consumerThatIsGoneCannotFence() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		Instance third = instance();
		String consumer = first.join(queue);
		long counter = second.beat(queue).others().get(consumer);
		assertThat(third.fence(queue, second)).isTrue();
		assertThat(fence(second, queue, consumer, counter)).isFalse();
		assertThat(first.beat(queue).registered()).isTrue();
		assertThat(third.beat(queue).others()).doesNotContainKey(second.join(queue));
	}

	@Test
	default void consumerIsFencedOnce() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		String consumer = first.join(queue);
		long counter = second.beat(queue).others().get(consumer);
		assertThat(fence(second, queue, consumer, counter)).isTrue();
		assertThat(fence(second, queue, consumer, counter)).isFalse();
		assertThat(second.beat(queue).registered()).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	default void fencingWritesTheOwnHeartbeat(Fenced fenced) {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		Instance third = instance();
		String consumer = first.join(queue);
		long counter = second.beat(queue).others().get(consumer);
		if (fenced == Fenced.NO) {
			first.beat(queue);
		}
		long before = third.beat(queue).others().get(second.join(queue));
		assertThat(fence(second, queue, consumer, counter)).isEqualTo(fenced == Fenced.YES);
		assertThat(third.beat(queue).others().get(second.join(queue))).isGreaterThan(before);
	}

	@Test
	default void oneOfTwoFencesSucceeds() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		Instance third = instance();
		String consumer = first.join(queue);
		third.join(queue);
		long counter = second.beat(queue).others().get(consumer);
		assertThat(Together.call(() -> fence(second, queue, consumer, counter),
				() -> fence(third, queue, consumer, counter)))
			.containsExactlyInAnyOrder(true, false);
	}

	@Test
	default void fenceChangesNothingOutsideItsDomain() {
		String queue = Messages.newQueue();
		String other = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		Consumers consumers = first.store().consumers();
		assumeThat(consumers.domainOf(queue)).isNotEqualTo(consumers.domainOf(other));
		first.join(queue);
		second.join(other);
		RecordingSink sink = first.listen(other, "billing");
		first.send(other, "text");
		ClaimedMessage held = sink.receive();
		assertThat(second.takeOver(queue, first)).isZero();
		assertThat(second.rescue(other)).isZero();
		assertThat(first.beat(queue).registered()).isFalse();
		assertThat(first.beat(other).registered()).isTrue();
		first.ack(held);
	}

	@Test
	default void registeringTwiceIsHarmless() {
		String queue = Messages.newQueue();
		Instance app = instance();
		String consumer = app.join(queue);
		app.store().consumers().register(app.store().consumers().domainOf(queue), consumer);
		assertThat(app.beat(queue).registered()).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	default void fencedConsumerCannotSettle(SettlementKind kind) {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink ofFirst = first.listen(queue, "billing");
		first.send(queue, "1", "2");
		List<ClaimedMessage> held = ofFirst.receive(2);
		first.crash();
		RecordingSink ofSecond = second.listen(queue, "billing");
		assertThat(second.fence(queue, first)).isTrue();
		assertThat(first.settle(kind.of(held.get(0)), kind.of(held.get(1)))).containsExactlyInAnyOrderElementsOf(held);
		assertThat(second.stats(queue, "billing").deadLetters()).isEqualTo(Count.exactly(0));
		assertThat(second.rescue(queue)).isEqualTo(2);
		List<ClaimedMessage> rescued = ofSecond.receive(2);
		assertThat(rescued).allMatch((message) -> message.failures() == 0 && message.crashes() == 1);
	}

	@ParameterizedTest
	@EnumSource
	default void consumerThatLostAMessageToAnotherCannotSettleIt(SettlementKind kind) {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink ofFirst = first.listen(queue, "billing");
		first.send(queue, "text");
		ClaimedMessage lost = ofFirst.receive();
		first.crash();
		RecordingSink ofSecond = second.listen(queue, "billing");
		second.takeOver(queue, first);
		ClaimedMessage held = ofSecond.receive();
		first.rejoin(queue);
		assertThat(first.settle(kind.of(lost))).containsExactly(lost);
		second.retry(held, Duration.ZERO);
		ClaimedMessage next = ofSecond.receive();
		assertThat(next.failures()).isEqualTo(1);
		assertThat(next.crashes()).isEqualTo(1);
		second.ack(next);
		assertThat(second.leftovers(ofSecond)).isEmpty();
		assertThat(second.stats(queue, "billing").deadLetters()).isEqualTo(Count.exactly(0));
	}

	@Test
	default void fencedInstanceGoesOnUnderANewName() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink sink = first.listen(queue, "billing");
		String before = first.join(queue);
		assertThat(second.fence(queue, first)).isTrue();
		assertThat(first.beat(queue).registered()).isFalse();
		String after = first.rejoin(queue);
		assertThat(first.beat(queue).registered()).isTrue();
		first.send(queue, "1");
		// A read that was under way may still have claimed under the old name
		ClaimedMessage received = sink.receive();
		if (received.consumer().equals(before)) {
			assertThat(first.settle(SettlementKind.ACK.of(received))).containsExactly(received);
			assertThat(second.rescue(queue)).isEqualTo(1);
			received = sink.receive();
		}
		assertThat(received.consumer()).isEqualTo(after);
		first.ack(received);
		first.send(queue, "2");
		ClaimedMessage next = sink.receive();
		assertThat(next.consumer()).isEqualTo(after);
		first.ack(next);
	}

	@Test
	default void fenceOfOneConsumerTouchesNoOther() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		Instance third = instance();
		RecordingSink ofThird = third.listen(queue, "billing");
		third.send(queue, "text");
		ClaimedMessage held = ofThird.receive();
		first.join(queue);
		assertThat(second.takeOver(queue, first)).isZero();
		assertThat(third.beat(queue).registered()).isTrue();
		third.ack(held);
	}

	@Test
	default void retiredConsumerIsGone() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		String consumer = first.join(queue);
		String domain = first.store().consumers().domainOf(queue);
		first.store().consumers().retire(domain, consumer);
		first.store().consumers().retire(domain, consumer);
		assertThat(second.beat(queue).others()).doesNotContainKey(consumer);
		assertThat(first.beat(queue).registered()).isFalse();
		assertThat(second.store().consumers().rescue(Set.of(domain)))
			.noneMatch((rescued) -> rescued.queue().equals(queue));
	}

	private static boolean fence(Instance instance, String queue, String silent, long counter) {
		Consumers consumers = instance.store().consumers();
		return consumers.fence(consumers.domainOf(queue), instance.join(queue), silent, counter);
	}

	/**
	 * Whether the fence succeeds.
	 */
	enum Fenced {

		YES, NO

	}

}
