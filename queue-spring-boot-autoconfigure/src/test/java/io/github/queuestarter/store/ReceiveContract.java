package io.github.queuestarter.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.github.queuestarter.Count;
import io.github.queuestarter.GroupStats;
import io.github.queuestarter.Position;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Groups each receive everything; the consumers in a group share it.
 */
interface ReceiveContract extends StoreUnderTest {

	@Test
	default void everyGroupReceivesEverything() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink billing = app.listen(queue, "billing");
		RecordingSink shipping = app.listen(queue, "shipping");
		String[] texts = Messages.numbers(50);
		List<String> ids = app.send(queue, texts);
		assertThat(Messages.ids(billing.receive(50))).isEqualTo(ids);
		List<ClaimedMessage> shipped = shipping.receive(50);
		assertThat(Messages.ids(shipped)).isEqualTo(ids);
		assertThat(shipped).allMatch((message) -> message.group().equals("shipping"));
	}

	@Test
	default void consumersOfAGroupShareWithoutDoubles() {
		String queue = Messages.newQueue();
		List<Instance> instances = List.of(instance(), instance(), instance());
		List<RecordingSink> sinks = new ArrayList<>();
		for (Instance instance : instances) {
			sinks.add(instance.listen(instance.sink(queue, "billing", Position.earliest()).room(10)));
		}
		List<String> sent = new ArrayList<>();
		for (int batch = 0; batch < 20; batch++) {
			sent.addAll(instances.get(batch % 3).send(queue, Messages.numbers(30)));
		}
		List<String> received = new ArrayList<>();
		Awaitility.await().pollInterval(Duration.ZERO).until(() -> {
			for (int i = 0; i < sinks.size(); i++) {
				List<ClaimedMessage> messages = sinks.get(i).poll();
				received.addAll(Messages.ids(messages));
				instances.get(i).ackAll(messages);
			}
			return received.size() >= sent.size() && isDrained(instances.get(0), queue, "billing");
		});
		sinks.forEach((sink) -> received.addAll(Messages.ids(sink.poll())));
		assertThat(received).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(sent);
	}

	@Test
	default void instancesThatStartTogetherMakeOneGroup() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		Instance third = instance();
		List<String> sent = first.send(queue, Messages.numbers(50));
		List<RecordingSink> sinks = Together.call(() -> first.listen(queue, "billing"),
				() -> second.listen(queue, "billing"), () -> third.listen(queue, "billing"));
		List<String> received = new ArrayList<>();
		Awaitility.await().pollInterval(Duration.ZERO).until(() -> {
			sinks.forEach((sink) -> received.addAll(Messages.ids(sink.poll())));
			return received.size() >= sent.size() && first.stats(queue, "billing").ready().equals(Count.exactly(0));
		});
		assertThat(received).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(sent);
		assertThat(first.stats(queue, "billing").inFlight()).isEqualTo(Count.exactly(50));
	}

	@Test
	default void oneBatchIsSharedByWaitingConsumers() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink ofFirst = first.listen(first.sink(queue, "billing", Position.earliest()).room(2));
		RecordingSink ofSecond = second.listen(second.sink(queue, "billing", Position.earliest()).room(2));
		List<String> sent = first.send(queue, "1", "2", "3", "4");
		Set<String> received = new HashSet<>(Messages.ids(ofFirst.receive(2)));
		received.addAll(Messages.ids(ofSecond.receive(2)));
		assertThat(received).containsExactlyInAnyOrderElementsOf(sent);
	}

	@Test
	default void newGroupStartsWithTheEarliestMessage() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.send(queue, "1", "2");
		RecordingSink sink = app.listen(queue, "billing", Position.earliest());
		app.send(queue, "3");
		assertThat(Messages.texts(sink.receive(3))).containsExactly("1", "2", "3");
	}

	@Test
	default void newGroupStartsWithTheLatestMessage() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.send(queue, "1", "2");
		RecordingSink sink = app.listen(queue, "billing", Position.latest());
		app.send(queue, "3");
		ClaimedMessage received = sink.receive();
		assertThat(received.payload().asText()).isEqualTo("3");
		app.ack(received);
		assertThat(app.leftovers(sink)).isEmpty();
	}

	@Test
	default void knownGroupGoesOnWhereItWas() {
		String queue = Messages.newQueue();
		Instance first = instance();
		RecordingSink sink = first.listen(queue, "billing");
		first.send(queue, "1");
		first.ack(sink.receive());
		first.retire();
		first.send(queue, "2");
		Instance second = instance();
		RecordingSink ofSecond = second.listen(queue, "billing", Position.latest());
		second.send(queue, "3");
		assertThat(Messages.texts(ofSecond.receive(2))).containsExactly("2", "3");
	}

	@Test
	default void sourceClaimsNoMoreThanThereIsRoomFor() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(app.sink(queue, "billing", Position.earliest()).room(3));
		app.send(queue, Messages.numbers(10));
		List<ClaimedMessage> received = sink.receive(3);
		assertThat(app.stats(queue, "billing").inFlight()).isEqualTo(Count.exactly(3));
		app.ack(received.get(0));
		assertThat(sink.receive().payload().asText()).isEqualTo("3");
		sink.room(10);
		assertThat(Messages.texts(sink.receive(6))).containsExactly("4", "5", "6", "7", "8", "9");
	}

	@Test
	default void nothingReachesTheSinkAfterStop() {
		Instance app = instance();
		String queue = Messages.newQueue();
		for (int round = 0; round < 5; round++) {
			RecordingSink sink = app.listen(queue, "billing");
			app.send(queue, Messages.numbers(20));
			app.ackAll(sink.poll());
			app.stop(sink);
			app.retire();
		}
		RecordingSink last = app.listen(queue, "billing");
		Awaitility.await().pollInterval(Duration.ZERO).until(() -> {
			app.ackAll(last.poll());
			return isDrained(app, queue, "billing");
		});
	}

	@Test
	default void sourceThatWasStoppedStartsAgain() {
		Instance app = instance();
		String queue = Messages.newQueue();
		Subscription subscription = new Subscription(queue, "billing", Position.earliest(), "contract");
		RecordingSink sink = new RecordingSink(subscription, app.join(queue));
		MessageSource source = app.store().reader().open(subscription, sink);
		for (int round = 0; round < 3; round++) {
			sink.started();
			source.start();
			app.send(queue, "round " + round);
			ClaimedMessage received = sink.receive();
			assertThat(received.payload().asText()).isEqualTo("round " + round);
			app.ack(received);
			sink.forget(received);
			source.stop();
			sink.stopped();
		}
		source.stop();
		assertThat(sink.violations()).isEmpty();
	}

	@Test
	default void idleSourceKeepsReportingItsPolls() {
		Instance app = instance();
		RecordingSink sink = app.listen(Messages.newQueue(), "billing");
		sink.awaitPolls(3);
	}

	private static boolean isDrained(Instance app, String queue, String group) {
		GroupStats stats = app.stats(queue, group);
		return stats.ready().equals(Count.exactly(0)) && stats.pending().equals(Count.exactly(0));
	}

}
