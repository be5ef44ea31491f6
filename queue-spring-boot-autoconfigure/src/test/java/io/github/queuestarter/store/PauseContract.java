package io.github.queuestarter.store;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.github.queuestarter.Count;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A paused group receives nothing, in any instance.
 */
interface PauseContract extends StoreUnderTest {

	@Test
	default void sourceOfAPausedGroupReceivesNothingUntilItIsResumed() {
		String queue = Messages.newQueue();
		Instance operator = instance().makeGroup(queue, "billing");
		assertThat(operator.store().administration().pause(queue, "billing", true)).isTrue();
		operator.send(queue, "0", "1");
		Instance app = instance();
		RecordingSink billing = app.listen(queue, "billing");
		RecordingSink audit = app.listen(queue, "audit");
		app.ackAll(audit.receive(2));
		for (String text : List.of("2", "3", "4")) {
			operator.send(queue, text);
			app.retry(audit.receive(), Duration.ZERO);
			app.ack(audit.receive());
		}
		assertThat(app.stats(queue, "billing").paused()).isTrue();
		assertThat(app.stats(queue, "audit").paused()).isFalse();
		assertThat(app.stats(queue, "billing").ready()).isEqualTo(Count.exactly(5));
		assertThat(billing.arrived()).isEmpty();
		assertThat(operator.store().administration().pause(queue, "billing", false)).isTrue();
		assertThat(Messages.texts(billing.receive(5))).containsExactly("0", "1", "2", "3", "4");
		assertThat(app.stats(queue, "billing").paused()).isFalse();
	}

	@Test
	default void firstPollOfASourceKnowsThatItsGroupIsPaused() {
		String queue = Messages.newQueue();
		Instance operator = instance();
		List<String> groups = List.of("1", "2", "3", "4", "5");
		for (String group : groups) {
			operator.makeGroup(queue, group);
			assertThat(operator.store().administration().pause(queue, group, true)).isTrue();
		}
		operator.send(queue, "text");
		Instance app = instance();
		List<RecordingSink> paused = groups.stream().map((group) -> app.listen(queue, group)).toList();
		RecordingSink audit = app.listen(queue, "audit");
		app.release(audit.receive(), Duration.ofMillis(100));
		app.ack(audit.receive());
		assertThat(paused).allMatch((sink) -> sink.arrived().isEmpty());
		assertThat(groups).allMatch((group) -> app.stats(queue, group).ready().equals(Count.exactly(1)));
	}

	@Test
	default void pauseReachesASourceThatRuns() {
		String queue = Messages.newQueue();
		Instance operator = instance();
		Instance app = instance();
		RecordingSink billing = app.listen(queue, "billing");
		RecordingSink audit = app.listen(queue, "audit");
		assertThat(operator.store().administration().pause(queue, "billing", true)).isTrue();
		Set<String> open = new HashSet<>();
		// What is being read when the pause comes may still be delivered; some that wait
		// through several polls tell that it has come
		Awaitility.await().until(() -> {
			open.addAll(operator.send(queue, "probe"));
			audit.receive();
			billing.awaitPolls(3);
			return app.stats(queue, "billing").ready().value() >= 3;
		});
		for (int i = 0; i < 3; i++) {
			open.addAll(operator.send(queue, "while paused"));
			audit.receive();
		}
		assertThat(app.stats(queue, "billing").ready().value()).isGreaterThanOrEqualTo(6);
		List<ClaimedMessage> before = billing.arrived();
		assertThat(Messages.texts(before)).doesNotContain("while paused");
		app.store().administration().pause(queue, "billing", false);
		assertThat(Messages.ids(billing.receive(open.size()))).containsExactlyInAnyOrderElementsOf(open);
	}

	@Test
	default void dueMessagesOfAPausedGroupWait() {
		String queue = Messages.newQueue();
		Instance app = instance();
		RecordingSink billing = app.listen(queue, "billing");
		RecordingSink audit = app.listen(queue, "audit");
		app.send(queue, "text");
		ClaimedMessage held = billing.receive();
		ClaimedMessage audited = audit.receive();
		assertThat(app.store().administration().pause(queue, "billing", true)).isTrue();
		app.retry(held, Duration.ZERO);
		for (int i = 0; i < 3; i++) {
			app.release(audited, Duration.ofMillis(100));
			audited = audit.receive();
		}
		assertThat(billing.arrived()).isEmpty();
		assertThat(app.stats(queue, "billing").retrying()).isEqualTo(Count.exactly(1));
		assertThat(app.store().administration().pause(queue, "billing", false)).isTrue();
		assertThat(billing.receive().failures()).isEqualTo(1);
	}

	@Test
	default void messagesInFlightAreSettledWhilePaused() {
		String queue = Messages.newQueue();
		Instance app = instance();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, "1", "2");
		List<ClaimedMessage> held = sink.receive(2);
		assertThat(app.store().administration().pause(queue, "billing", true)).isTrue();
		assertThat(app.store().administration().pause(queue, "billing", true)).isTrue();
		app.ack(held.get(0));
		app.bury(held.get(1));
		assertThat(app.stats(queue, "billing").pending()).isEqualTo(Count.exactly(0));
		assertThat(app.stats(queue, "billing").deadLetters()).isEqualTo(Count.exactly(1));
	}

	@Test
	default void groupThatDoesNotExistCannotBePaused() {
		Instance app = instance();
		String queue = Messages.newQueue();
		assertThat(app.store().administration().pause(queue, "billing", true)).isFalse();
		app.makeGroup(queue, "billing");
		assertThat(app.store().administration().pause(queue, "shipping", true)).isFalse();
		assertThat(app.store().administration().groups(queue)).containsExactly("billing");
	}

}
