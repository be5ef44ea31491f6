package io.github.queuestarter.store;

import java.time.Duration;
import java.util.Set;

import io.github.queuestarter.PageRequest;
import io.github.queuestarter.Position;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A group that nobody reads can be removed; one that somebody reads can't.
 */
interface GroupRemovalContract extends StoreUnderTest {

	@Test
	default void removedGroupHoldsUpRetentionNoLonger() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.makeGroup(queue, "left");
		RecordingSink billing = app.listen(queue, "billing");
		app.send(queue, Messages.numbers(5));
		app.ackAll(billing.receive(5));
		billing.awaitPolls(2);
		Housekeeping housekeeping = app.store().housekeeping();
		assertThat(housekeeping.removeFinished(queue, RetentionSettings.defaults()).total()).isZero();
		assertThat(housekeeping.removeGroup(queue, "left", Duration.ZERO)).isEqualTo(GroupRemoval.REMOVED);
		assertThat(app.store().administration().groups(queue)).containsExactly("billing");
		Awaitility.await()
			.until(() -> housekeeping.removeFinished(queue, RetentionSettings.defaults()).finished() == 5);
		app.send(queue, "next");
		assertThat(billing.receive().payload().asText()).isEqualTo("next");
	}

	@Test
	default void groupThatWasReadAMomentAgoIsNotRemoved() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		Housekeeping housekeeping = app.store().housekeeping();
		assertThat(housekeeping.removeGroup(queue, "billing", Duration.ofMinutes(2))).isEqualTo(GroupRemoval.ACTIVE);
		housekeeping.markActive(Set.of(new GroupName(queue, "billing"), new GroupName(queue, "unknown")));
		assertThat(housekeeping.removeGroup(queue, "billing", Duration.ofMinutes(2))).isEqualTo(GroupRemoval.ACTIVE);
		assertThat(housekeeping.idle(queue, "billing")).isBetween(Duration.ZERO, Duration.ofMinutes(1));
		app.send(queue, "text");
		assertThat(sink.receive().payload().asText()).isEqualTo("text");
	}

	@Test
	default void idleTimeOfAGroupGrowsWhileNobodyReadsIt() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.makeGroup(queue, "left");
		Duration first = app.store().housekeeping().idle(queue, "left");
		assertThat(first).isNotNull();
		Awaitility.await().until(() -> {
			Duration idle = app.store().housekeeping().idle(queue, "left");
			return idle != null && idle.compareTo(first.plusMillis(200)) > 0;
		});
		assertThat(app.stats(queue, "left").idle()).isGreaterThan(first.plusMillis(200));
	}

	@Test
	default void groupOfWhichALivingConsumerHoldsAMessageIsNotRemoved() {
		for (boolean newOneFirst : new boolean[] { true, false }) {
			Instance app = instance();
			String queue = Messages.newQueue();
			RecordingSink sink = app.listen(queue, "billing");
			app.send(queue, "new", "again");
			ClaimedMessage first = sink.receive();
			app.retry(sink.receive(), Duration.ZERO);
			ClaimedMessage again = sink.receive();
			app.stop(sink);
			Housekeeping housekeeping = app.store().housekeeping();
			assertThat(housekeeping.removeGroup(queue, "billing", Duration.ZERO)).isEqualTo(GroupRemoval.ACTIVE);
			app.ack(newOneFirst ? first : again);
			assertThat(housekeeping.removeGroup(queue, "billing", Duration.ZERO)).isEqualTo(GroupRemoval.ACTIVE);
			app.ack(newOneFirst ? again : first);
			assertThat(housekeeping.removeGroup(queue, "billing", Duration.ZERO)).isEqualTo(GroupRemoval.REMOVED);
		}
	}

	@Test
	default void unknownGroupIsToldApart() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.makeGroup(queue, "billing");
		Housekeeping housekeeping = app.store().housekeeping();
		assertThat(housekeeping.removeGroup(queue, "other", Duration.ZERO)).isEqualTo(GroupRemoval.UNKNOWN);
		assertThat(housekeeping.removeGroup(Messages.newQueue(), "billing", Duration.ZERO))
			.isEqualTo(GroupRemoval.UNKNOWN);
		assertThat(housekeeping.idle(queue, "other")).isNull();
		assertThat(housekeeping.idle(Messages.newQueue(), "billing")).isNull();
	}

	@Test
	default void everythingButDeadLettersGoesWithTheGroup() {
		String queue = Messages.newQueue();
		Instance crashed = instance();
		Instance app = instance();
		RecordingSink sink = crashed.listen(queue, "billing");
		crashed.send(queue, "held", "dead", "replayed", "retrying");
		ClaimedMessage held = sink.receive();
		ClaimedMessage dead = sink.receive();
		ClaimedMessage replayed = sink.receive();
		crashed.bury(dead);
		crashed.bury(replayed);
		crashed.retry(sink.receive(), Duration.ofHours(1));
		crashed.crash();
		assertThat(app.store().administration().replay(queue, "billing", replayed.id())).isTrue();
		assertThat(app.fence(queue, crashed)).isTrue();
		assertThat(app.store().housekeeping().removeGroup(queue, "billing", Duration.ZERO))
			.isEqualTo(GroupRemoval.REMOVED);
		assertThat(app.store().administration().stats(Set.of(queue))).isEmpty();
		assertThat(app.store().administration().deadLetters(queue, "billing", PageRequest.first(10)).deadLetters())
			.extracting("id")
			.containsExactly(dead.id());
		assertThat(app.rescue(queue)).isZero();
		RecordingSink anew = app.listen(queue, "billing", Position.latest());
		assertThat(app.leftovers(anew)).isEmpty();
		assertThat(app.stats(queue, "billing").pending().value()).isZero();
		assertThat(app.stats(queue, "billing").deadLetters().value()).isEqualTo(1);
		assertThat(held.crashes()).isZero();
	}

	@Test
	default void removedGroupComesBackAsANewOneWhenItIsReadAgain() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, "text");
		app.retry(sink.receive(), Duration.ofHours(1));
		app.stop(sink);
		assertThat(app.store().housekeeping().removeGroup(queue, "billing", Duration.ZERO))
			.isEqualTo(GroupRemoval.REMOVED);
		ClaimedMessage message = app.listen(queue, "billing").receive();
		assertThat(message.payload().asText()).isEqualTo("text");
		assertThat(message.failures()).isZero();
	}

}
