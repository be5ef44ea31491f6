package io.github.queuestarter.store;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

import io.github.queuestarter.Position;
import io.github.queuestarter.store.Housekeeping.Removal;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What every group has finished is removed, and nothing else.
 */
interface RetentionContract extends StoreUnderTest {

	@Test
	default void messagesThatAllGroupsHaveFinishedAreRemoved() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink billing = app.listen(queue, "billing");
		RecordingSink shipping = app.listen(queue, "shipping");
		app.send(queue, Messages.numbers(10));
		app.ackAll(billing.receive(10));
		List<ClaimedMessage> shipped = shipping.receive(10);
		shipped.subList(0, 9).forEach(app::ack);
		app.bury(shipped.get(9));
		awaitRemoved(app, queue, 10);
		RecordingSink audit = app.listen(queue, "audit");
		app.send(queue, "next");
		assertThat(audit.receive().payload().asText()).isEqualTo("next");
	}

	@Test
	default void manyFinishedMessagesAreRemovedInSeveralCalls() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(app.sink(queue, "billing", Position.earliest()).room(5000));
		app.send(queue, Messages.numbers(3000));
		app.ackAll(sink.receive(3000));
		awaitRemoved(app, queue, 3000);
	}

	@Test
	default void muchThatNobodyWillReadGoesInOneCall() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.send(queue, longTexts(15_000));
		RetentionSettings soon = new RetentionSettings(Duration.ZERO, null, null, false, Duration.ofMillis(1));
		assertThat(app.store().housekeeping().removeFinished(queue, soon).unclaimed())
			.isGreaterThanOrEqualTo(Housekeeping.MUCH);
	}

	@Test
	default void muchThatIsBeyondALimitGoesInOneCall() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.makeGroup(queue, "billing");
		app.send(queue, longTexts(15_000));
		RetentionSettings ten = new RetentionSettings(Duration.ZERO, null, 10L, true, Duration.ofDays(7));
		assertThat(app.store().housekeeping().removeFinished(queue, ten).trimmed())
			.isGreaterThanOrEqualTo(Housekeeping.MUCH);
	}

	@Test
	default void finishedMessagesAreKeptAsLongAsAsked() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, Messages.numbers(10));
		app.ackAll(sink.receive(10));
		sink.awaitPolls(2);
		for (int i = 0; i < 3; i++) {
			assertThat(app.store().housekeeping().removeFinished(queue, RetentionSettings.keeping(Duration.ofHours(1))))
				.isEqualTo(Removal.NONE);
		}
		assertThat(Messages.texts(app.listen(queue, "audit").receive(10))).containsExactly(Messages.numbers(10));
	}

	@Test
	default void messagesThatAGroupHasNotReadAreKept() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.makeGroup(queue, "shipping");
		RecordingSink billing = app.listen(queue, "billing");
		app.send(queue, Messages.numbers(10));
		app.ackAll(billing.receive(10));
		billing.awaitPolls(2);
		assertThat(removeFinished(app, queue)).isZero();
		RecordingSink shipping = app.listen(app.sink(queue, "shipping", Position.earliest()).room(6));
		assertThat(Messages.texts(shipping.receive(6))).containsExactly("0", "1", "2", "3", "4", "5");
		assertThat(removeFinished(app, queue)).isZero();
		app.ackAll(shipping.held());
		assertThat(Messages.texts(shipping.receive(4))).containsExactly("6", "7", "8", "9");
	}

	@Test
	default void messagesThatAreNotSettledAreKept() {
		String queue = Messages.newQueue();
		Instance app = instance();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, Messages.numbers(9));
		List<ClaimedMessage> held = sink.receive(9);
		app.settleHeld(new Settlement.Ack(held.get(0)),
				new Settlement.Retry(held.get(3), Duration.ofMillis(1500), Messages.failure()),
				new Settlement.Release(held.get(5), Duration.ofMillis(1500)), new Settlement.Ack(held.get(8)));
		sink.awaitPolls(2);
		assertThat(removeFinished(app, queue)).isLessThanOrEqualTo(2);
		List<ClaimedMessage> again = sink.receive(2);
		assertThat(Messages.texts(again)).containsExactlyInAnyOrder("3", "5");
		assertThat(removeFinished(app, queue)).isLessThanOrEqualTo(2);
		app.retire();
		Instance other = instance();
		RecordingSink rest = other.listen(queue, "billing");
		List<ClaimedMessage> received = rest.receive(7);
		assertThat(Messages.texts(received)).containsExactlyInAnyOrder("1", "2", "3", "4", "5", "6", "7");
		other.ackAll(received);
		assertThat(other.leftovers(rest)).isEmpty();
	}

	@Test
	default void holdingsOfACrashedConsumerAreKept() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink sink = first.listen(queue, "billing");
		first.send(queue, Messages.numbers(3));
		first.ack(sink.receive(3).get(0));
		first.crash();
		assertThat(removeFinished(second, queue)).isLessThanOrEqualTo(1);
		assertThat(second.fence(queue, first)).isTrue();
		assertThat(removeFinished(second, queue)).isLessThanOrEqualTo(1);
		assertThat(second.rescue(queue)).isEqualTo(2);
		assertThat(removeFinished(second, queue)).isLessThanOrEqualTo(1);
		assertThat(Messages.texts(second.listen(queue, "billing").receive(2))).containsExactlyInAnyOrder("1", "2");
	}

	@Test
	default void queueWithoutAGroupKeepsItsMessagesForAWhile() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.send(queue, Messages.numbers(3));
		assertThat(removeFinished(app, queue)).isZero();
		assertThat(Messages.texts(app.listen(queue, "billing").receive(3))).containsExactly("0", "1", "2");
	}

	@Test
	default void otherQueuesAreLeftAlone() {
		Instance app = instance();
		String queue = Messages.newQueue();
		String other = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, "text");
		app.ack(sink.receive());
		sink.awaitPolls(2);
		assertThat(removeFinished(app, other)).isZero();
		assertThat(app.listen(queue, "audit").receive().payload().asText()).isEqualTo("text");
	}

	private static String[] longTexts(int count) {
		String[] texts = new String[count];
		Arrays.fill(texts, "x".repeat(300));
		return texts;
	}

	private static long removeFinished(Instance app, String queue) {
		Removal removal = app.store().housekeeping().removeFinished(queue, RetentionSettings.defaults());
		assertThat(removal.trimmed() + removal.unclaimed()).isZero();
		return removal.finished();
	}

	private static void awaitRemoved(Instance app, String queue, long messages) {
		long[] removed = new long[1];
		Awaitility.await().until(() -> {
			removed[0] += removeFinished(app, queue);
			return removed[0] >= messages;
		});
		assertThat(removed[0]).isEqualTo(messages);
	}

}
