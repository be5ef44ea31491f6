package io.github.queuestarter.listener;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Receipt;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class IntakeTests {

	private final Intake intake = new Intake(2, new Prefetch(2, 4));

	@Test
	void roomIsConcurrencyAndPrefetch() throws InterruptedException {
		assertThat(this.intake.awaitRoom(Duration.ZERO)).isEqualTo(6);
		this.intake.add(held(6, false, 0));
		assertThat(this.intake.awaitRoom(Duration.ZERO)).isZero();
		take();
		take();
		assertThat(this.intake.awaitRoom(Duration.ZERO)).isZero();
	}

	@Test
	void halfUsedUpPrefetchIsFilledAgain() throws InterruptedException {
		this.intake.add(held(6, false, 0));
		Held first = take();
		take();
		this.intake.done(first);
		take();
		assertThat(this.intake.awaitRoom(Duration.ZERO)).isZero();
		Held another = take();
		assertThat(this.intake.awaitRoom(Duration.ZERO)).isEqualTo(1);
		this.intake.done(another);
		assertThat(this.intake.awaitRoom(Duration.ZERO)).isEqualTo(2);
	}

	@Test
	void newAndDueMessagesAreTakenInTurn() throws InterruptedException {
		this.intake.add(held(3, false, 0));
		this.intake.add(held(3, true, 0));
		assertThat(List.of(take().due(), take().due(), take().due(), take().due())).containsExactly(false, true, false,
				true);
	}

	@Test
	void fullLaneOfNewMessagesLeavesRoomForDueOnes() {
		this.intake.add(held(6, false, 0));
		assertThat(this.intake.roomForDue()).isEqualTo(6);
	}

	@Test
	void noMoreSuspectsThanWorkers() throws InterruptedException {
		assertThat(this.intake.roomForSuspects()).isEqualTo(2);
		this.intake.add(held(2, true, 1));
		assertThat(this.intake.roomForSuspects()).isZero();
		Held held = take();
		assertThat(this.intake.roomForSuspects()).isZero();
		this.intake.done(held);
		assertThat(this.intake.roomForSuspects()).isEqualTo(1);
		this.intake.removeOlderThan(System.nanoTime());
		assertThat(this.intake.roomForSuspects()).isEqualTo(2);
	}

	@Test
	void closedIntakeGivesBackWhatWaitsAndTakesNothing() throws InterruptedException {
		this.intake.add(held(3, false, 0));
		take();
		assertThat(this.intake.close()).hasSize(2);
		assertThat(this.intake.add(held(1, false, 0))).isFalse();
		assertThat(this.intake.take()).isNull();
		assertThat(this.intake.awaitRoom(Duration.ofSeconds(10))).isZero();
		assertThat(this.intake.awaitIdle(Duration.ZERO)).isFalse();
	}

	private Held take() throws InterruptedException {
		return Objects.requireNonNull(this.intake.take());
	}

	private static List<Held> held(int count, boolean due, int crashes) {
		return IntStream.range(0, count)
			.mapToObj((number) -> new Held(new ClaimedMessage(String.valueOf(number), "orders", "default", "me", 0,
					crashes, false, Instant.EPOCH, null, Map.of(),
					EncodedPayload.ofText("x", EncodedPayload.Format.TEXT), new Receipt() {
					}), due, System.nanoTime()))
			.toList();
	}

}
