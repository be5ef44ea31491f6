package io.github.queuestarter.store;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.github.queuestarter.Count;
import io.github.queuestarter.GroupStats;
import io.github.queuestarter.Position;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Scheduled messages arrive when they are due.
 */
interface ScheduleContract extends StoreUnderTest {

	/**
	 * How late a message may be.
	 */
	Duration LATEST = Duration.ofSeconds(1);

	@Test
	default void delayedMessageArrivesWhenItIsDue() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		Duration delay = Duration.ofMillis(1200);
		OutgoingMessage message = Messages.delayed(queue, "later", delay);
		Instant before = Instant.now();
		app.send(message);
		Instant after = Instant.now();
		assertArrives(sink, message, before, after, before.plus(delay), after.plus(delay));
	}

	@Test
	default void messageArrivesAtItsTime() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		Instant before = Instant.now();
		Instant at = before.plusMillis(1200);
		OutgoingMessage message = Messages.at(queue, "at", at);
		app.send(message);
		assertArrives(sink, message, before, Instant.now(), at, at);
	}

	@Test
	default void timeThatHasPassedMeansNow() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		Instant before = Instant.now();
		OutgoingMessage past = Messages.at(queue, "past", before.minusSeconds(3600));
		app.send(past);
		Instant after = Instant.now();
		assertArrives(sink, past, before, after, before, after);
		OutgoingMessage now = Messages.delayed(queue, "now", Duration.ZERO);
		app.send(now);
		assertThat(sink.receive().id()).isEqualTo(now.id());
	}

	@Test
	default void scheduledMessagesArriveInTheOrderOfTheirTimes() {
		Instance app = instance();
		String queue = Messages.newQueue();
		Instant now = Instant.now();
		app.send(Messages.at(queue, "third", now.plusMillis(1500)), Messages.at(queue, "first", now.plusMillis(500)),
				Messages.text(queue, "at once"), Messages.at(queue, "second", now.plusMillis(1000)));
		RecordingSink sink = app.listen(queue, "billing");
		assertThat(Messages.texts(sink.receive(4))).containsExactly("at once", "first", "second", "third");
	}

	@Test
	default void scheduledMessageReachesEveryGroupOnce() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink billing = app.listen(queue, "billing");
		RecordingSink shipping = instance().listen(queue, "shipping");
		String id = app.send(Messages.delayed(queue, "later", Duration.ofMillis(300))).get(0);
		ClaimedMessage billed = billing.receive();
		assertThat(billed.id()).isEqualTo(id);
		assertThat(shipping.receive().id()).isEqualTo(id);
		app.ack(billed);
		assertThat(app.leftovers(billing)).isEmpty();
	}

	@Test
	default void manyScheduledMessagesAllArriveOnce() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink ofFirst = first.listen(first.sink(queue, "billing", Position.earliest()).room(3000));
		RecordingSink ofSecond = second.listen(second.sink(queue, "billing", Position.earliest()).room(3000));
		List<OutgoingMessage> messages = new ArrayList<>();
		for (int i = 0; i < 2500; i++) {
			messages.add(Messages.delayed(queue, Integer.toString(i), Duration.ofMillis(200 + i % 7)));
		}
		List<String> sent = first.send(messages.toArray(OutgoingMessage[]::new));
		List<String> received = new ArrayList<>();
		Awaitility.await().pollInterval(Duration.ZERO).until(() -> {
			received.addAll(Messages.ids(ofFirst.poll()));
			received.addAll(Messages.ids(ofSecond.poll()));
			return received.size() >= sent.size() && isEmpty(first, queue);
		});
		received.addAll(Messages.ids(ofFirst.poll()));
		received.addAll(Messages.ids(ofSecond.poll()));
		assertThat(received).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(sent);
	}

	@Test
	default void scheduledMessageOutlivesItsSender() {
		String queue = Messages.newQueue();
		Instance sender = instance();
		String id = sender.send(Messages.delayed(queue, "later", Duration.ofMillis(500))).get(0);
		sender.retire();
		assertThat(instance().listen(queue, "billing").receive().id()).isEqualTo(id);
	}

	@Test
	default void messageScheduledBeforeALatestGroupWasMadeReachesIt() {
		Instance app = instance();
		String queue = Messages.newQueue();
		String id = app.send(Messages.delayed(queue, "later", Duration.ofSeconds(5))).get(0);
		RecordingSink sink = app.listen(queue, "billing", Position.latest());
		assertThat(sink.receive().id()).isEqualTo(id);
	}

	@Test
	default void messageOfTheYear2100Waits() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		String at = app.send(Messages.at(queue, "far", Instant.parse("2100-01-01T00:00:00Z"))).get(0);
		String in = app.send(Messages.delayed(queue, "far", Duration.ofDays(36_500))).get(0);
		app.send(Messages.delayed(queue, "near", Duration.ofMillis(300)));
		assertThat(sink.receive().payload().asText()).isEqualTo("near");
		assertThat(app.leftovers(sink)).isEmpty();
		assertThat(app.stats(queue, "billing").scheduled()).isEqualTo(Count.exactly(2));
		assertThat(app.store().administration().cancel(queue, at)).isTrue();
		assertThat(app.store().administration().cancel(queue, in)).isTrue();
		assertThat(app.stats(queue, "billing").scheduled()).isEqualTo(Count.exactly(0));
	}

	@Test
	default void cancelledMessageIsNeverDelivered() {
		Instance app = instance();
		String queue = Messages.newQueue();
		String cancelled = app.send(Messages.delayed(queue, "cancelled", Duration.ofMillis(500))).get(0);
		app.send(Messages.delayed(queue, "kept", Duration.ofMillis(700)));
		assertThat(app.store().administration().cancel(queue, cancelled)).isTrue();
		assertThat(app.store().administration().cancel(queue, cancelled)).isFalse();
		RecordingSink sink = app.listen(queue, "billing");
		assertThat(sink.receive().payload().asText()).isEqualTo("kept");
		assertThat(app.leftovers(sink)).isEmpty();
	}

	@Test
	default void onlyAScheduledMessageOfTheQueueCanBeCancelled() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		Administration administration = app.store().administration();
		String later = app.send(Messages.delayed(queue, "later", Duration.ofHours(1))).get(0);
		assertThat(administration.cancel(Messages.newQueue(), later)).isFalse();
		assertThat(administration.cancel(queue, UUID.randomUUID().toString())).isFalse();
		assertThat(administration.cancel(queue, "no id of ours")).isFalse();
		assertThat(administration.cancel(queue, "1-1-1-1-1")).isFalse();
		app.send(Messages.delayed(queue, "soon", Duration.ofMillis(100)));
		ClaimedMessage moved = sink.receive();
		assertThat(administration.cancel(queue, moved.id())).isFalse();
		app.ack(moved);
		assertThat(app.stats(queue, "billing").scheduled()).isEqualTo(Count.exactly(1));
	}

	@Test
	default void messageIsEitherCancelledOrDelivered() {
		Instance app = instance();
		Instance other = instance();
		// Whether some have one fate and some the other is up to the threads
		boolean both = false;
		for (int round = 0; !both && round < 10; round++) {
			both = bothFates(app, other);
		}
		assertThat(both).isTrue();
	}

	private static boolean bothFates(Instance app, Instance other) {
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		List<OutgoingMessage> messages = new ArrayList<>();
		for (int i = 0; i < 400; i++) {
			messages.add(Messages.delayed(queue, Integer.toString(i), Duration.ofMillis(1000 + 2 * i)));
		}
		List<String> sent = app.send(messages.toArray(OutgoingMessage[]::new));
		// Stays close to the time at which they are moved
		List<String> cancelled = new ArrayList<>();
		List<String> received = new ArrayList<>();
		int next = 0;
		while (next < sent.size()) {
			List<String> moved = Messages.ids(sink.poll());
			received.addAll(moved);
			next = Math.max(next, received.size() + cancelled.size());
			for (String id : sent.subList(Math.min(next, sent.size()), Math.min(next + 3, sent.size()))) {
				if (other.store().administration().cancel(queue, id)) {
					cancelled.add(id);
				}
			}
		}
		while (received.size() + cancelled.size() < sent.size()) {
			received.add(sink.receive().id());
		}
		assertThat(received).doesNotContainAnyElementsOf(cancelled);
		assertThat(app.leftovers(sink)).isEmpty();
		return !received.isEmpty() && !cancelled.isEmpty();
	}

	private static boolean isEmpty(Instance app, String queue) {
		GroupStats stats = app.stats(queue, "billing");
		return stats.ready().equals(Count.exactly(0)) && stats.scheduled().equals(Count.exactly(0));
	}

	private static void assertArrives(RecordingSink sink, OutgoingMessage message, Instant sentAfter,
			Instant sentBefore, Instant earliest, Instant latest) {
		ClaimedMessage received = sink.receive();
		Instant arrival = Instant.now();
		assertThat(received.id()).isEqualTo(message.id());
		assertThat(received.payload().bytes()).isEqualTo(message.payload().bytes());
		assertThat(received.payload().format()).isEqualTo(message.payload().format());
		assertThat(received.headers()).isEqualTo(Map.of("kind", "late"));
		assertThat(received.failures()).isZero();
		assertThat(received.sentAt()).isBetween(sentAfter.minus(SendContract.CLOCK_TOLERANCE),
				sentBefore.plus(SendContract.CLOCK_TOLERANCE));
		assertThat(arrival).isAfter(earliest.minus(SendContract.CLOCK_TOLERANCE)).isBefore(latest.plus(LATEST));
	}

}
