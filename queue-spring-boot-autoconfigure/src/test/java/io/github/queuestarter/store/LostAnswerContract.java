package io.github.queuestarter.store;

import java.time.Duration;

import io.github.queuestarter.Position;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A claim whose answer was lost leaves nothing behind that no one knows of.
 */
interface LostAnswerContract extends StoreUnderTest {

	/**
	 * Longer than it takes a source to compare what it holds, twice.
	 */
	Duration RECONCILED = Duration.ofSeconds(20);

	@Test
	default void newMessagesWhoseClaimWasLostComeAgain() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(app.sink(queue, "billing", Position.earliest()).loseNext(3));
		app.send(queue, "1", "2", "3", "4");
		sink.awaitLost(3);
		ClaimedMessage held = sink.receive();
		assertThat(held.payload().asText()).isEqualTo("4");
		for (int i = 0; i < 3; i++) {
			ClaimedMessage again = sink.receive(RECONCILED);
			assertThat(again.payload().asText()).isIn("1", "2", "3");
			assertThat(again.failures()).isZero();
			assertThat(again.crashes()).isZero();
			app.ack(again);
		}
		app.ack(held);
		assertThat(app.leftovers(sink)).isEmpty();
	}

	@Test
	default void dueMessageWhoseClaimWasLostComesAgain() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, "text");
		ClaimedMessage message = sink.receive();
		sink.loseNext(1);
		app.retry(message, Duration.ZERO);
		sink.awaitLost(1);
		ClaimedMessage again = sink.receive(RECONCILED);
		assertThat(again.failures()).isEqualTo(1);
		assertThat(again.crashes()).isZero();
		app.ack(again);
		assertThat(app.leftovers(sink)).isEmpty();
	}

	@Test
	default void claimLostBeforeAStopComesAgainAfterTheNextStart() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink lossy = app.listen(app.sink(queue, "billing", Position.earliest()).loseNext(1));
		app.send(queue, "text");
		lossy.awaitLost(1);
		app.stop(lossy);
		ClaimedMessage again = app.listen(queue, "billing").receive(RECONCILED);
		assertThat(again.payload().asText()).isEqualTo("text");
		assertThat(again.failures()).isZero();
		assertThat(again.crashes()).isZero();
	}

}
