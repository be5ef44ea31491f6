package io.github.queuestarter.store;

import java.time.Duration;
import java.util.List;

import io.github.queuestarter.DeadLetter;
import io.github.queuestarter.PageRequest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Dead letters are kept, unless their group has limits.
 */
interface DeadLetterLimitContract extends StoreUnderTest {

	@Test
	default void newestDeadLettersAreKept() {
		Instance app = instance();
		String queue = Messages.newQueue();
		List<String> ids = bury(app, queue, "billing", 5);
		assertThat(remove(app, queue, "billing", new DeadLetterLimits(null, 5L))).isZero();
		assertThat(remove(app, queue, "billing", new DeadLetterLimits(null, 2L))).isEqualTo(3);
		assertThat(left(app, queue, "billing")).isEqualTo(ids.subList(3, 5));
		assertThat(app.stats(queue, "billing").deadLetters().value()).isEqualTo(2);
		assertThat(app.store().administration().replay(queue, "billing", ids.get(2))).isFalse();
		assertThat(app.store().administration().replay(queue, "billing", ids.get(3))).isTrue();
	}

	@Test
	default void deadLettersGoAtTheirAge() {
		Instance app = instance();
		String queue = Messages.newQueue();
		bury(app, queue, "billing", 3);
		assertThat(remove(app, queue, "billing", new DeadLetterLimits(Duration.ofHours(1), null))).isZero();
		Awaitility.await().until(() -> {
			remove(app, queue, "billing", new DeadLetterLimits(Duration.ofMillis(1), null));
			return left(app, queue, "billing").isEmpty();
		});
	}

	@Test
	default void limitsOfOneGroupLeaveTheOthersAlone() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.makeGroup(queue, "audit");
		List<String> ids = bury(app, queue, "billing", 3);
		RecordingSink audit = app.listen(queue, "audit");
		audit.receive(3).forEach(app::bury);
		assertThat(remove(app, queue, "audit", new DeadLetterLimits(null, 1L))).isEqualTo(2);
		assertThat(left(app, queue, "billing")).isEqualTo(ids);
		assertThat(left(app, queue, "audit")).hasSize(1);
	}

	@Test
	default void manyDeadLettersAreRemovedInSeveralCalls() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, Messages.numbers(700));
		app.settleHeld(sink.receive(700).stream().map(SettlementKind.BURY::of).toArray(Settlement[]::new));
		DeadLetterLimits ten = new DeadLetterLimits(null, 10L);
		long removed = remove(app, queue, "billing", ten);
		assertThat(removed).isPositive();
		while (removed < 690) {
			long more = remove(app, queue, "billing", ten);
			assertThat(more).as("more than the %s that were removed", removed).isPositive();
			removed += more;
		}
		assertThat(removed).isEqualTo(690);
		assertThat(remove(app, queue, "billing", ten)).isZero();
		assertThat(left(app, queue, "billing")).hasSize(10);
	}

	@Test
	default void groupWithoutDeadLettersHasNoneToRemove() {
		Instance app = instance();
		assertThat(remove(app, Messages.newQueue(), "billing", new DeadLetterLimits(Duration.ofMillis(1), 1L)))
			.isZero();
	}

	private static List<String> bury(Instance app, String queue, String group, int messages) {
		RecordingSink sink = app.listen(queue, group);
		app.send(queue, Messages.numbers(messages));
		List<ClaimedMessage> received = sink.receive(messages);
		received.forEach(app::bury);
		return Messages.ids(received);
	}

	private static long remove(Instance app, String queue, String group, DeadLetterLimits limits) {
		return app.store().housekeeping().removeDeadLetters(new GroupName(queue, group), limits);
	}

	private static List<String> left(Instance app, String queue, String group) {
		return app.store()
			.administration()
			.deadLetters(queue, group, PageRequest.first(100))
			.deadLetters()
			.stream()
			.map(DeadLetter::id)
			.toList();
	}

}
