package io.github.queuestarter.store;

import java.time.Duration;
import java.util.List;

import io.github.queuestarter.Count;
import io.github.queuestarter.Position;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * New and due messages have room of their own, and so have suspects among the due.
 */
interface RoomContract extends StoreUnderTest {

	Duration LONGEST_FLOOD = Duration.ofSeconds(10);

	@Test
	default void dueMessageComesThoughThereIsNoRoomForNewOnes() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(app.sink(queue, "billing", Position.earliest()).room(2));
		app.send(queue, "due", "held", "new");
		List<ClaimedMessage> first = sink.receive(2);
		sink.room(1);
		app.retry(first.get(0), Duration.ZERO);
		ClaimedMessage due = sink.receive();
		assertThat(due.payload().asText()).isEqualTo("due");
		app.ack(due);
		app.ack(first.get(1));
		assertThat(sink.receive().payload().asText()).isEqualTo("new");
	}

	@Test
	default void newMessageComesThoughThereIsNoRoomForDueOnes() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(app.sink(queue, "billing", Position.earliest()).roomForDue(0, 0));
		app.send(queue, "due");
		app.retry(sink.receive(), Duration.ZERO);
		app.send(queue, "new");
		assertThat(sink.receive().payload().asText()).isEqualTo("new");
		sink.roomForDue(1, 0);
		assertThat(sink.receive().payload().asText()).isEqualTo("due");
	}

	@Test
	default void floodOfNewMessagesDoesNotStarveDueOnes() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(app.sink(queue, "billing", Position.earliest()).room(5));
		app.send(queue, Messages.numbers(5000));
		app.retry(sink.receive(), Duration.ZERO);
		int left = 4999;
		boolean dueSeen = false;
		long end = System.nanoTime() + LONGEST_FLOOD.toNanos();
		while (!dueSeen) {
			assertThat(System.nanoTime() - end).as("time over").isNegative();
			List<ClaimedMessage> messages = sink.poll();
			app.ackAll(messages);
			dueSeen = messages.stream().anyMatch((message) -> message.failures() > 0);
			left -= messages.size();
			if (left < 2500) {
				app.send(queue, Messages.numbers(5000));
				left += 5000;
			}
		}
	}

	@Test
	default void floodOfDueMessagesDoesNotStarveNewOnes() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(app.sink(queue, "billing", Position.earliest()).roomForDue(5, 5));
		app.send(queue, Messages.numbers(900));
		app.settleHeld(sink.receive(900).stream().map(SettlementKind.RETRY::of).toArray(Settlement[]::new));
		app.send(queue, "new");
		boolean newSeen = false;
		long end = System.nanoTime() + LONGEST_FLOOD.toNanos();
		while (!newSeen) {
			assertThat(System.nanoTime() - end).as("time over").isNegative();
			for (ClaimedMessage message : sink.poll()) {
				newSeen = newSeen || message.payload().asText().equals("new");
				app.retry(message, Duration.ZERO);
			}
		}
	}

	@Test
	default void dueMessagesComeAsThereIsRoom() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(app.sink(queue, "billing", Position.earliest()).roomForDue(2, 2));
		app.send(queue, Messages.numbers(5));
		app.settleHeld(sink.receive(5).stream().map(SettlementKind.RETRY::of).toArray(Settlement[]::new));
		List<ClaimedMessage> due = sink.receive(2);
		assertThat(app.stats(queue, "billing").inFlight()).isEqualTo(Count.exactly(2));
		assertThat(app.stats(queue, "billing").retrying()).isEqualTo(Count.exactly(3));
		app.ackAll(due);
		app.ackAll(sink.receive(2));
		app.ack(sink.receive());
		assertThat(app.leftovers(sink)).isEmpty();
	}

	@Test
	default void suspectsComeOnlyAsThereIsRoomForThem() {
		String queue = Messages.newQueue();
		Instance crashed = instance();
		Instance app = instance();
		RecordingSink ofCrashed = crashed.listen(queue, "billing");
		crashed.send(queue, "suspect", "suspect");
		ofCrashed.receive(2);
		crashed.crash();
		assertThat(app.takeOver(queue, crashed)).isEqualTo(2);
		RecordingSink sink = app.listen(app.sink(queue, "billing", Position.earliest()).roomForDue(10, 0));
		app.send(queue, "innocent");
		// Due later than the suspects, so they have had their chance when it comes
		app.retry(sink.receive(), Duration.ZERO);
		ClaimedMessage innocent = sink.receive();
		assertThat(innocent.payload().asText()).isEqualTo("innocent");
		assertThat(innocent.crashes()).isZero();
		sink.roomForDue(10, 1);
		ClaimedMessage suspect = sink.receive();
		assertThat(suspect.crashes()).isEqualTo(1);
		app.retry(innocent, Duration.ZERO);
		assertThat(sink.receive().id()).isEqualTo(innocent.id());
		app.ack(suspect);
		assertThat(sink.receive().crashes()).isEqualTo(1);
	}

}
