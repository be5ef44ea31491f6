package io.github.queuestarter.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

import io.github.queuestarter.Count;
import io.github.queuestarter.Position;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A new group, and who reads for himself, starts where he was told to.
 */
interface PositionContract extends StoreUnderTest {

	@Test
	default void newGroupStartsWithTheMessageThatIsNamed() {
		Instance app = instance();
		String queue = Messages.newQueue();
		List<String> ids = app.send(queue, "1", "2", "3", "4");
		RecordingSink sink = app.listen(queue, "billing", Position.of(ids.get(2)));
		app.send(queue, "5");
		List<ClaimedMessage> received = sink.receive(3);
		assertThat(Messages.texts(received)).containsExactly("3", "4", "5");
		app.ackAll(received);
		assertThat(app.leftovers(sink)).isEmpty();
		assertThat(Messages.texts(app.read(queue, Position.of(ids.get(3))).receive(2))).containsExactly("4", "5");
	}

	@Test
	default void newGroupStartsWithTheFirstMessageOfATime() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.send(queue, "1", "2");
		Instant between = timeAfter(app, queue);
		app.send(queue, "3", "4");
		RecordingSink sink = app.listen(queue, "billing", Position.at(between));
		assertThat(app.stats(queue, "billing").inFlight().value() + app.stats(queue, "billing").ready().value())
			.isLessThanOrEqualTo(2);
		List<ClaimedMessage> received = sink.receive(2);
		assertThat(Messages.texts(received)).containsExactly("3", "4");
		app.ackAll(received);
		assertThat(app.leftovers(sink)).isEmpty();
		assertThat(Messages.texts(app.read(queue, Position.at(between)).receive(2))).containsExactly("3", "4");
	}

	@Test
	default void timeBeforeAllMessagesIsTheEarliestAndOneAfterThemTheLatest() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.send(queue, "1");
		for (Instant early : List.of(Instant.EPOCH, Instant.MIN, Instant.now().minus(Duration.ofDays(1)))) {
			assertThat(app.listen(queue, "early " + early, Position.at(early)).receive().payload().asText())
				.isEqualTo("1");
		}
		for (Instant late : List.of(Instant.now().plus(Duration.ofDays(1)), Instant.MAX)) {
			RecordingSink sink = app.listen(queue, "late " + late, Position.at(late));
			assertThat(app.stats(queue, "late " + late).ready()).isEqualTo(Count.exactly(0));
			app.send(queue, "later");
			assertThat(sink.receive().payload().asText()).isEqualTo("later");
		}
	}

	@Test
	default void groupThatIsToStartAtAMessageThatIsGoneLosesNothing() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.send(queue, "1", "2");
		Position gone = Position.of(UUID.randomUUID().toString());
		assertThat(Messages.texts(app.listen(queue, "billing", gone).receive(2))).containsExactly("1", "2");
		assertThat(Messages.texts(app.read(queue, gone).receive(2))).containsExactly("1", "2");
	}

	@Test
	default void queueThatDoesNotExistYetHasAllPositions() {
		Instance app = instance();
		for (Position position : List.of(Position.earliest(), Position.latest(), Position.at(Instant.now()),
				Position.of(UUID.randomUUID().toString()))) {
			String queue = Messages.newQueue();
			RecordingSink group = app.listen(queue, "billing", position);
			RecordingSink own = app.read(queue, position);
			app.send(queue, "1");
			assertThat(group.receive().payload().asText()).isEqualTo("1");
			assertThat(own.receive().payload().asText()).isEqualTo("1");
		}
	}

	/**
	 * A time of the store's clock between what was sent before and what is sent
	 * afterwards. The tests' server has the clock of the tests.
	 */
	static Instant timeAfter(Instance app, String queue) {
		Instant sent = app.read(queue, Position.earliest())
			.receive(2)
			.stream()
			.map(ClaimedMessage::sentAt)
			.max(Instant::compareTo)
			.orElseThrow();
		Instant between = Instant.ofEpochMilli(sent.toEpochMilli()).plusMillis(2);
		Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> Instant.now().isAfter(between.plusMillis(1)));
		return between;
	}

}
