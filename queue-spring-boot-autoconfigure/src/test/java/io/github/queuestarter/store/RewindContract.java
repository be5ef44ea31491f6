package io.github.queuestarter.store;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.queuestarter.Count;
import io.github.queuestarter.GroupStats;
import io.github.queuestarter.PageRequest;
import io.github.queuestarter.Position;
import io.github.queuestarter.QueueException;
import io.github.queuestarter.Rewound;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A group that is set to a position gets all that is kept from there on, again, and
 * nothing is lost.
 */
interface RewindContract extends StoreUnderTest {

	@Test
	default void rewoundGroupGetsEverythingAgainThatIsKept() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		List<String> ids = app.send(queue, Messages.numbers(5));
		app.ackAll(sink.receive(5));
		Rewound rewound = rewind(app, queue, Position.earliest());
		assertThat(rewound).isNotNull();
		assertThat(rewound.firstId()).isEqualTo(ids.get(0));
		assertThat(rewound.firstSentAt()).isNotNull();
		List<ClaimedMessage> again = sink.receive(5);
		assertThat(Messages.ids(again)).containsExactlyElementsOf(ids);
		assertThat(again).allMatch((message) -> message.attempt() == 1 && message.crashes() == 0);
		app.ackAll(again);
		assertThat(app.leftovers(sink)).isEmpty();
	}

	@Test
	default void rewindStartsWithTheMessageThatIsNamed() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		List<String> ids = app.send(queue, Messages.numbers(5));
		app.ackAll(sink.receive(5));
		assertThat(rewind(app, queue, Position.of(ids.get(3)))).extracting(Rewound::firstId).isEqualTo(ids.get(3));
		List<ClaimedMessage> again = sink.receive(2);
		assertThat(Messages.texts(again)).containsExactly("3", "4");
		app.ackAll(again);
		assertThat(app.leftovers(sink)).isEmpty();
	}

	@Test
	default void rewindStartsWithTheFirstMessageOfATime() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, "0", "1");
		Instant between = PositionContract.timeAfter(app, queue);
		List<String> ids = app.send(queue, "2", "3");
		app.ackAll(sink.receive(4));
		assertThat(rewind(app, queue, Position.at(between))).extracting(Rewound::firstId).isEqualTo(ids.get(0));
		List<ClaimedMessage> again = sink.receive(2);
		assertThat(Messages.texts(again)).containsExactly("2", "3");
		app.ackAll(again);
		assertThat(app.leftovers(sink)).isEmpty();
	}

	@Test
	default void rewindToTheLatestSkipsWhatIsReady() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.makeGroup(queue, "billing");
		app.send(queue, Messages.numbers(5));
		assertThat(rewind(app, queue, Position.latest())).isEqualTo(Rewound.AT_THE_END);
		assertThat(app.stats(queue, "billing").ready()).isEqualTo(Count.exactly(0));
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, "next");
		assertThat(sink.receive().payload().asText()).isEqualTo("next");
		app.ackAll(sink.held());
		assertThat(app.leftovers(sink)).isEmpty();
	}

	@Test
	default void rewindBeforeWhatIsKeptTellsWhereItCameTo() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		List<String> ids = app.send(queue, Messages.numbers(3));
		app.ackAll(sink.receive(3));
		Awaitility.await()
			.until(() -> app.store()
				.housekeeping()
				.removeFinished(queue, RetentionSettings.defaults())
				.finished() == 3);
		String kept = app.send(queue, "kept").get(0);
		app.ack(sink.receive());
		assertThat(rewind(app, queue, Position.at(Instant.now().minus(Duration.ofDays(1)))))
			.extracting(Rewound::firstId)
			.isEqualTo(kept);
		assertThat(sink.receive().id()).isEqualTo(kept);
		assertThatExceptionOfType(QueueException.class).isThrownBy(() -> rewind(app, queue, Position.of(ids.get(0))))
			.withMessageContaining(ids.get(0))
			.withMessageContaining(queue);
		assertThat(app.stats(queue, "billing").inFlight()).isEqualTo(Count.exactly(1));
	}

	@Test
	default void groupThatDoesNotExistCannotBeRewound() {
		Instance app = instance();
		String queue = Messages.newQueue();
		assertThat(rewind(app, queue, Position.earliest())).isNull();
		app.makeGroup(queue, "shipping");
		assertThat(rewind(app, queue, Position.earliest())).isNull();
		assertThat(rewind(app, queue, Position.of(UUID.randomUUID().toString()))).isNull();
		assertThat(rewind(app, queue, Position.of("17-0"))).isNull();
		assertThat(app.store().administration().groups(queue)).containsExactly("shipping");
	}

	@Test
	default void whatIsInFlightBehindThePositionComesAgainAndItsHolderCanSettleItNoLonger() {
		for (SettlementKind kind : SettlementKind.values()) {
			String queue = Messages.newQueue();
			Instance holder = instance();
			RecordingSink held = holder.listen(queue, "billing");
			List<String> ids = holder.send(queue, Messages.numbers(4));
			List<ClaimedMessage> messages = held.receive(4);
			holder.stop(held);
			assertThat(rewind(holder, queue, Position.of(ids.get(2)))).isNotNull();
			assertThat(holder.settle(kind.of(messages.get(2)), kind.of(messages.get(3)))).as("not held: %s", kind)
				.containsExactlyInAnyOrder(messages.get(2), messages.get(3));
			holder.ackAll(messages.subList(0, 2));
			assertThat(deadLetters(holder, queue)).isZero();
			Instance other = instance();
			RecordingSink sink = other.listen(queue, "billing");
			List<ClaimedMessage> again = sink.receive(2);
			assertThat(Messages.texts(again)).containsExactly("2", "3");
			assertThat(again).allMatch((message) -> message.attempt() == 1);
			other.ackAll(again);
			assertThat(other.leftovers(sink)).isEmpty();
			assertThat(other.stats(queue, "billing").pending()).isEqualTo(Count.exactly(0));
		}
	}

	@Test
	default void whatIsRetryingBehindThePositionComesAgainOnceWithAllAttempts() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		List<String> ids = app.send(queue, Messages.numbers(3));
		List<ClaimedMessage> messages = sink.receive(3);
		app.retry(messages.get(0), Duration.ofHours(1));
		app.retry(messages.get(1), Duration.ofHours(1));
		app.retry(messages.get(2), Duration.ZERO);
		app.retry(sink.receive(), Duration.ofHours(1));
		assertThat(rewind(app, queue, Position.of(ids.get(1)))).isNotNull();
		List<ClaimedMessage> again = sink.receive(2);
		assertThat(Messages.texts(again)).containsExactly("1", "2");
		assertThat(again).allMatch((message) -> message.attempt() == 1);
		app.retry(again.get(0), Duration.ZERO);
		assertThat(sink.receive().failures()).isEqualTo(1);
		assertThat(app.stats(queue, "billing").retrying()).as("before the position").isEqualTo(Count.exactly(1));
	}

	@Test
	default void whatAGroupHasBeforeThePositionGoesItsWay() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, "retried", "held");
		ClaimedMessage retried = sink.receive();
		ClaimedMessage held = sink.receive();
		assertThat(rewind(app, queue, Position.latest())).isNotNull();
		app.retry(retried, Duration.ZERO);
		assertThat(sink.receive().failures()).isEqualTo(1);
		app.retry(held, Duration.ZERO);
		assertThat(sink.receive().id()).isEqualTo(held.id());
		app.ackAll(sink.held());
		assertThat(app.leftovers(sink)).isEmpty();
	}

	@Test
	default void deadLettersReplayedMessagesPauseAndOtherGroupsAreNotTouched() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		RecordingSink shipping = app.listen(queue, "shipping");
		app.send(queue, "dead", "replayed", "done");
		app.ackAll(shipping.receive(3));
		ClaimedMessage dead = sink.receive();
		ClaimedMessage replayed = sink.receive();
		app.bury(dead);
		app.bury(replayed);
		app.ack(sink.receive());
		app.stop(sink);
		assertThat(app.store().administration().replay(queue, "billing", replayed.id())).isTrue();
		assertThat(app.store().administration().pause(queue, "billing", true)).isTrue();
		assertThat(rewind(app, queue, Position.earliest())).isNotNull();
		assertThat(app.stats(queue, "billing").paused()).isTrue();
		assertThat(app.stats(queue, "billing").retrying()).as("replayed").isEqualTo(Count.exactly(1));
		assertThat(app.stats(queue, "billing").ready()).isEqualTo(Count.exactly(3));
		assertThat(app.store().administration().pause(queue, "billing", false)).isTrue();
		RecordingSink anew = app.listen(queue, "billing");
		List<ClaimedMessage> received = anew.receive(4);
		assertThat(Messages.texts(received)).containsExactlyInAnyOrder("dead", "replayed", "replayed", "done");
		app.ackAll(received);
		assertThat(app.leftovers(anew)).isEmpty();
		app.ackAll(shipping.held());
		assertThat(Messages.texts(shipping.arrived())).doesNotContain("dead", "replayed", "done");
		assertThat(deadLetters(app, queue)).isEqualTo(1);
	}

	@Test
	default void retentionKeepsWhatARewoundGroupHasToReadAgain() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, Messages.numbers(5));
		app.ackAll(sink.receive(5));
		app.stop(sink);
		assertThat(rewind(app, queue, Position.earliest())).isNotNull();
		for (int i = 0; i < 3; i++) {
			assertThat(app.store().housekeeping().removeFinished(queue, RetentionSettings.defaults()).total()).isZero();
		}
		assertThat(Messages.texts(app.listen(queue, "billing").receive(5))).containsExactly(Messages.numbers(5));
	}

	@Test
	default void rewindsAmongClaimsSettlementsAndRetentionLoseNothing() {
		String queue = Messages.newQueue();
		Instance operator = instance().makeGroup(queue, "billing");
		Set<String> sent = new HashSet<>();
		for (int i = 0; i < 10; i++) {
			sent.addAll(operator.send(queue, Messages.numbers(50)));
		}
		Set<String> sinceRewind = Collections.synchronizedSet(new HashSet<>());
		AtomicBoolean over = new AtomicBoolean();
		List<Callable<Void>> all = new ArrayList<>();
		List<RecordingSink> sinks = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			Instance worker = instance();
			RecordingSink sink = worker.listen(worker.sink(queue, "billing", Position.earliest()).room(20));
			sinks.add(sink);
			all.add(() -> {
				while (!over.get()) {
					List<ClaimedMessage> messages = sink.poll();
					if (!messages.isEmpty()) {
						sinceRewind.addAll(Messages.ids(messages));
						worker.settle(messages.stream()
							.map((message) -> (message.failures() == 0 && message.id().hashCode() % 5 == 0)
									? new Settlement.Retry(message, Duration.ZERO, Messages.failure())
									: new Settlement.Ack(message))
							.toArray(Settlement[]::new));
					}
				}
				return null;
			});
		}
		all.add(() -> {
			while (!over.get()) {
				operator.store().housekeeping().removeFinished(queue, RetentionSettings.keeping(Duration.ofHours(1)));
			}
			return null;
		});
		all.add(() -> {
			try {
				for (int i = 0; i < 10; i++) {
					Awaitility.await().until(() -> sinceRewind.size() > 100);
					sinceRewind.clear();
					assertThat(rewind(operator, queue, Position.earliest())).isNotNull();
				}
				sinceRewind.clear();
				assertThat(rewind(operator, queue, Position.earliest())).isNotNull();
				Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> sinceRewind.containsAll(sent));
				Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> isDone(operator.stats(queue, "billing")));
			}
			finally {
				over.set(true);
			}
			return null;
		});
		Together.call(all.toArray(Callable[]::new));
		assertThat(deadLetters(operator, queue)).isZero();
	}

	private static boolean isDone(GroupStats stats) {
		return stats.ready().equals(Count.exactly(0)) && stats.pending().equals(Count.exactly(0));
	}

	private static @Nullable Rewound rewind(Instance app, String queue, Position position) {
		return app.store().administration().rewind(queue, "billing", position);
	}

	private static int deadLetters(Instance app, String queue) {
		return app.store().administration().deadLetters(queue, "billing", PageRequest.first(10)).deadLetters().size();
	}

}
