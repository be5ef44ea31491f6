package io.github.queuestarter.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import io.github.queuestarter.Count;
import io.github.queuestarter.PageRequest;
import io.github.queuestarter.Position;
import io.github.queuestarter.store.Housekeeping.Removal;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who reads for his instance alone gets every message from where he began, and leaves no
 * trace.
 */
interface EphemeralContract extends StoreUnderTest {

	@Test
	default void everyInstanceGetsEveryMessageFromThenOn() {
		String queue = Messages.newQueue();
		Instance one = instance();
		one.send(queue, "before");
		List<RecordingSink> readers = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			readers.add(instance().read(queue, Position.latest()));
		}
		RecordingSink group = one.listen(queue, "billing", Position.latest());
		one.send(queue, "1", "2");
		one.send(queue, "3");
		for (RecordingSink reader : readers) {
			assertThat(Messages.texts(reader.receive(3))).containsExactly("1", "2", "3");
			assertThat(reader.held()).allMatch((message) -> message.attempt() == 1
					&& message.group().equals(Subscription.EPHEMERAL) && message.queue().equals(queue));
		}
		assertThat(Messages.texts(group.receive(3))).containsExactly("1", "2", "3");
	}

	@Test
	default void readerFromTheEarliestGetsAllThatIsKept() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.send(queue, Messages.numbers(1500));
		RecordingSink sink = app.read(queue, Position.earliest());
		List<ClaimedMessage> received = sink.receive(1000);
		app.ackAll(received);
		received.addAll(sink.receive(500));
		assertThat(Messages.texts(received)).containsExactly(Messages.numbers(1500));
	}

	@Test
	default void readerTakesNoMoreThanThereIsRoomForAndMissesNothing() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.send(queue, Messages.numbers(20));
		RecordingSink sink = app.read(queue, Position.latest(), 3);
		app.send(queue, Messages.numbers(20));
		List<String> received = new ArrayList<>();
		while (received.size() < 20) {
			ClaimedMessage message = sink.receive();
			assertThat(sink.held()).hasSizeLessThanOrEqualTo(3);
			received.add(message.payload().asText());
			app.ack(message);
		}
		assertThat(received).containsExactly(Messages.numbers(20));
	}

	@Test
	default void readerLeavesNothingInTheStoreWhateverItSettles() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.read(queue, Position.latest());
		app.send(queue, Messages.numbers(SettlementKind.values().length));
		for (SettlementKind kind : SettlementKind.values()) {
			app.settleHeld(kind.of(sink.receive()));
		}
		assertThat(app.store().administration().groups(queue)).isEmpty();
		assertThat(app.store().administration().stats(Set.of(queue))).isEmpty();
		assertThat(app.store()
			.administration()
			.deadLetters(queue, Subscription.EPHEMERAL, PageRequest.first(10))
			.deadLetters()).isEmpty();
		app.send(queue, "next");
		assertThat(sink.receive().payload().asText()).isEqualTo("next");
		assertThat(sink.arrived()).isEmpty();
		app.stop(sink);
		assertThat(app.store().administration().pause(queue, Subscription.EPHEMERAL, true)).isFalse();
		assertThat(app.store().administration().rewind(queue, Subscription.EPHEMERAL, Position.earliest())).isNull();
	}

	@Test
	default void readerThatWasStoppedMissesWhatIsSentMeanwhile() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.read(queue, Position.latest());
		app.send(queue, "1");
		sink.receive();
		app.stop(sink);
		app.send(queue, "missed");
		RecordingSink again = app.read(queue, Position.latest());
		app.send(queue, "2");
		assertThat(again.receive().payload().asText()).isEqualTo("2");
	}

	@Test
	default void scheduledMessagesComeAlsoWhereNobodyReadsAsAGroup() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.read(queue, Position.latest());
		app.send(Messages.delayed(queue, "later", Duration.ofMillis(200)));
		assertThat(sink.receive().payload().asText()).isEqualTo("later");
	}

	@Test
	default void readerGetsMessagesInTheOrderOfTheLogFromManySenders() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.read(queue, Position.latest());
		Together.call(() -> app.send(queue, texts("a")), () -> app.send(queue, texts("b")),
				() -> app.send(queue, texts("c")));
		List<String> received = Messages.texts(sink.receive(300));
		assertThat(received).doesNotHaveDuplicates();
		for (String sender : List.of("a", "b", "c")) {
			assertThat(received.stream().filter((text) -> text.startsWith(sender)).toList())
				.containsExactly(texts(sender));
		}
	}

	@Test
	default void finishedMessagesAreKeptAWhileForWhoReads() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink group = app.listen(queue, "billing");
		RecordingSink reader = app.read(queue, Position.latest());
		reader.room(0);
		app.send(queue, Messages.numbers(5));
		app.ackAll(group.receive(5));
		group.awaitPolls(2);
		for (int i = 0; i < 3; i++) {
			assertThat(remove(app, queue, RetentionSettings.defaults())).isEqualTo(Removal.NONE);
		}
		reader.room(10);
		assertThat(Messages.texts(reader.receive(5))).containsExactly(Messages.numbers(5));
	}

	@Test
	default void readerThatIsBehindDoesNotHoldBackALimit() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink group = app.listen(queue, "billing");
		RecordingSink reader = app.read(queue, Position.latest());
		reader.room(0);
		reader.awaitPolls(0);
		app.send(queue, Messages.numbers(5));
		app.ackAll(group.receive(5));
		RetentionSettings limit = new RetentionSettings(Duration.ofHours(1), Duration.ofMillis(1), null, false,
				Duration.ofDays(7));
		int[] removed = { 0 };
		Awaitility.await().until(() -> {
			Removal removal = remove(app, queue, limit);
			assertThat(removal.trimmed() + removal.unclaimed()).isZero();
			removed[0] += (int) removal.finished();
			return removed[0] == 5;
		});
		app.send(queue, "next");
		reader.room(10);
		List<String> received = new ArrayList<>();
		while (!received.contains("next")) {
			received.add(reader.receive().payload().asText());
		}
		assertThat(received.size()).isLessThanOrEqualTo(6);
	}

	@Test
	default void queueThatIsReadWithoutAGroupCountsItsOldMessagesAsFinished() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink reader = app.read(queue, Position.latest());
		app.send(queue, Messages.numbers(5));
		reader.receive(5);
		assertThat(remove(app, queue, RetentionSettings.defaults())).isEqualTo(Removal.NONE);
		assertThat(remove(app, queue, new RetentionSettings(Duration.ZERO, null, null, false, Duration.ofMillis(1))))
			.as("unclaimed does not count while somebody reads")
			.isEqualTo(Removal.NONE);
		assertThat(app.store().housekeeping().removeGroup(queue, Subscription.EPHEMERAL, Duration.ZERO))
			.isEqualTo(GroupRemoval.UNKNOWN);
		app.store().housekeeping().markActive(List.of(new GroupName(queue, Subscription.EPHEMERAL)));
		assertThat(app.store().housekeeping().idle(queue, Subscription.EPHEMERAL)).isNull();
	}

	@Test
	default void groupBesideReadersCountsOnlyWhatIsItsOwn() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink reader = app.read(queue, Position.latest());
		RecordingSink group = app.listen(queue, "billing");
		app.send(queue, "1", "2");
		reader.receive(2);
		group.receive(2);
		assertThat(app.stats(queue, "billing").inFlight()).isEqualTo(Count.exactly(2));
		assertThat(app.store().administration().groups(queue)).containsExactly("billing");
	}

	private static Removal remove(Instance app, String queue, RetentionSettings settings) {
		return app.store().housekeeping().removeFinished(queue, settings);
	}

	private static String[] texts(String sender) {
		return IntStream.range(0, 100).mapToObj((i) -> sender + i).toArray(String[]::new);
	}

}
