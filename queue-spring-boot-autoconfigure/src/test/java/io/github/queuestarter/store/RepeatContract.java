package io.github.queuestarter.store;

import java.time.Duration;
import java.util.List;

import io.github.queuestarter.Count;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A settlement that is sent twice, because an answer was lost, counts once.
 */
interface RepeatContract extends StoreUnderTest {

	@ParameterizedTest
	@EnumSource
	default void settlementCountsOnceHoweverOftenItIsSent(SettlementKind kind) {
		String queue = Messages.newQueue();
		Instance app = instance();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, "text");
		ClaimedMessage message = sink.receive();
		app.stop(sink);
		app.settleHeld(kind.of(message));
		for (int repeat = 0; repeat < 3; repeat++) {
			assertThat(app.settle(kind.of(message))).isSubsetOf(message);
		}
		Instance other = instance();
		RecordingSink again = other.listen(queue, "billing");
		switch (kind) {
			case RETRY, RELEASE -> {
				ClaimedMessage next = again.receive();
				assertThat(next.failures()).isEqualTo((kind == SettlementKind.RETRY) ? 1 : 0);
				other.ack(next);
			}
			case BURY -> assertThat(other.stats(queue, "billing").deadLetters()).isEqualTo(Count.exactly(1));
			default -> {
			}
		}
		assertThat(other.leftovers(again)).isEmpty();
	}

	@Test
	default void retrySentAgainAfterTheNextDeliveryChangesNothing() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, "text");
		ClaimedMessage first = sink.receive();
		app.retry(first, Duration.ZERO);
		ClaimedMessage second = sink.receive();
		app.store().settlements().settle(List.of(new Settlement.Retry(first, Duration.ZERO, Messages.failure())));
		app.retry(second, Duration.ZERO);
		ClaimedMessage third = sink.receive();
		assertThat(third.failures()).isEqualTo(2);
		app.ack(third);
		assertThat(app.leftovers(sink)).isEmpty();
	}

	@Test
	default void repeatedBatchSettlesWhatTheFirstCallMissed() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, Messages.numbers(4));
		List<ClaimedMessage> batch = sink.receive(4);
		app.settleHeld(SettlementKind.ACK.of(batch.get(0)), SettlementKind.BURY.of(batch.get(1)));
		List<ClaimedMessage> stale = app.settle(SettlementKind.ACK.of(batch.get(0)),
				SettlementKind.BURY.of(batch.get(1)), SettlementKind.ACK.of(batch.get(2)),
				SettlementKind.BURY.of(batch.get(3)));
		assertThat(stale).isSubsetOf(batch.get(0), batch.get(1));
		assertThat(app.leftovers(sink)).isEmpty();
		assertThat(app.stats(queue, "billing").pending()).isEqualTo(Count.exactly(0));
		assertThat(app.stats(queue, "billing").deadLetters()).isEqualTo(Count.exactly(2));
	}

}
