package io.github.queuestarter.store;

import java.time.Duration;
import java.util.List;
import java.util.Set;

import io.github.queuestarter.Count;
import io.github.queuestarter.GroupStats;
import io.github.queuestarter.Position;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The numbers tell where each message is.
 */
interface StatsContract extends StoreUnderTest {

	@Test
	default void statsFollowAMessageThroughItsLife() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.makeGroup(queue, "billing");
		assertStats(app, queue, 0, 0, 0, 0, 0);
		app.send(Messages.delayed(queue, "scheduled", Duration.ofHours(1)));
		assertStats(app, queue, 0, 0, 0, 1, 0);
		app.send(queue, Messages.numbers(7));
		assertStats(app, queue, 7, 0, 0, 1, 0);
		RecordingSink sink = app.listen(app.sink(queue, "billing", Position.earliest()).room(5));
		List<ClaimedMessage> held = sink.receive(5);
		sink.room(0);
		app.stop(sink);
		assertStats(app, queue, 2, 5, 0, 1, 0);
		app.settleHeld(new Settlement.Retry(held.get(0), Duration.ofHours(1), Messages.failure()));
		app.settleHeld(new Settlement.Release(held.get(1), Duration.ofHours(1)));
		assertStats(app, queue, 2, 3, 2, 1, 0);
		app.bury(held.get(2));
		assertStats(app, queue, 2, 2, 2, 1, 1);
		app.ack(held.get(3));
		assertStats(app, queue, 2, 1, 2, 1, 1);
		app.ack(held.get(4));
		assertStats(app, queue, 2, 0, 2, 1, 1);
	}

	@Test
	default void rescuedMessagesCountAsRetrying() {
		String queue = Messages.newQueue();
		Instance first = instance();
		Instance second = instance();
		RecordingSink sink = first.listen(queue, "billing");
		first.send(queue, "1", "2");
		sink.receive(2);
		first.crash();
		second.takeOver(queue, first);
		assertStats(second, queue, 0, 0, 2, 0, 0);
	}

	@Test
	default void everyGroupHasItsOwnNumbers() {
		Instance app = instance();
		String queue = Messages.newQueue();
		String other = Messages.newQueue();
		app.makeGroup(queue, "shipping").makeGroup(other, "billing");
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, "1", "2");
		app.send(Messages.delayed(queue, "scheduled", Duration.ofHours(1)));
		sink.receive(2);
		List<GroupStats> stats = app.store().administration().stats(Set.of(queue, other, Messages.newQueue()));
		String backend = app.store().backend();
		assertThat(stats).map(StatsContract::atRest)
			.containsExactlyInAnyOrder(stats(queue, "billing", backend, 0, 2, 1),
					stats(queue, "shipping", backend, 2, 0, 1), stats(other, "billing", backend, 0, 0, 0));
	}

	@Test
	default void readyOfAnEarliestGroupIncludesWhatWasThereBefore() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.send(queue, Messages.numbers(10));
		RecordingSink sink = app.listen(app.sink(queue, "billing", Position.earliest()).room(4));
		sink.receive(4);
		assertThat(app.stats(queue, "billing").ready()).isEqualTo(Count.exactly(6));
		RecordingSink late = app.listen(queue, "late", Position.latest());
		assertThat(app.stats(queue, "late").ready()).isEqualTo(Count.exactly(0));
		app.stop(late);
		app.send(queue, "11");
		assertThat(app.stats(queue, "late").ready()).isEqualTo(Count.exactly(1));
		assertThat(app.stats(queue, "billing").ready()).isEqualTo(Count.exactly(7));
	}

	@Test
	default void unknownQueuesAreLeftOut() {
		Administration administration = instance().store().administration();
		String queue = Messages.newQueue();
		assertThat(administration.stats(Set.of(queue))).isEmpty();
		assertThat(administration.stats(Set.of())).isEmpty();
		assertThat(administration.groups(queue)).isEmpty();
		assertThat(administration.queues()).doesNotContain(queue);
	}

	@Test
	default void queuesAreKnownFromTheirFirstMessageOrGroup() {
		Instance app = instance();
		String sentTo = Messages.newQueue();
		String scheduled = Messages.newQueue();
		String listenedTo = Messages.newQueue();
		app.send(sentTo, "text");
		app.send(Messages.delayed(scheduled, "text", Duration.ofHours(1)));
		app.makeGroup(listenedTo, "billing").makeGroup(listenedTo, "shipping");
		Administration administration = instance().store().administration();
		assertThat(administration.queues()).contains(sentTo, scheduled, listenedTo);
		assertThat(administration.groups(sentTo)).isEmpty();
		assertThat(administration.groups(listenedTo)).containsExactlyInAnyOrder("billing", "shipping");
	}

	@Test
	default void storeAnswersPing() {
		instance().store().administration().ping();
	}

	private static void assertStats(Instance app, String queue, int ready, int inFlight, int retrying, int scheduled,
			int deadLetters) {
		assertThat(atRest(app.stats(queue, "billing"))).isEqualTo(new GroupStats(queue, "billing",
				app.store().backend(), false, Count.exactly(ready), Count.exactly(inFlight), Count.exactly(retrying),
				Count.exactly(scheduled), Count.exactly(deadLetters), Duration.ZERO));
	}

	private static GroupStats stats(String queue, String group, String backend, int ready, int inFlight,
			int scheduled) {
		return new GroupStats(queue, group, backend, false, Count.exactly(ready), Count.exactly(inFlight),
				Count.exactly(0), Count.exactly(scheduled), Count.exactly(0), Duration.ZERO);
	}

	/**
	 * Without what changes by itself.
	 */
	private static GroupStats atRest(GroupStats stats) {
		assertThat(stats.idle()).isBetween(Duration.ZERO, Duration.ofMinutes(2));
		return new GroupStats(stats.queue(), stats.group(), stats.backend(), stats.paused(), stats.ready(),
				stats.inFlight(), stats.retrying(), stats.scheduled(), stats.deadLetters(), Duration.ZERO);
	}

}
