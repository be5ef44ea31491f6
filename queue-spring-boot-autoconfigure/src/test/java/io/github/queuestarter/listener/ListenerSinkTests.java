package io.github.queuestarter.listener;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Receipt;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ListenerSinkTests {

	private final Intake intake = new Intake(1, new Prefetch(1, 10));

	private final List<ClaimedMessage> tooLate = new ArrayList<>();

	private final TestLease lease = new TestLease();

	private final ListenerSink sink = new ListenerSink(this.lease, this.intake,
			new PollState("redis", "orders", "default", (event) -> {
			}), new Vital(), this.tooLate::add);

	@Test
	void whatComesAfterTheIntakeWasClosedIsNotForgottenButToBeGivenBack() {
		ClaimedMessage early = message("early");
		ClaimedMessage late = message("late");
		this.sink.acceptNew(List.of(early));
		assertThat(this.intake.close()).extracting(Held::message).containsExactly(early);
		assertThat(this.tooLate).isEmpty();
		this.sink.acceptNew(List.of(late));
		assertThat(this.tooLate).containsExactly(late);
		assertThat(this.sink.holds(late.receipt())).isTrue();
	}

	@Test
	void thereIsNoRoomForAnythingWithoutAConfirmedHeartbeat() throws Exception {
		assertThat(this.sink.awaitRoom(Duration.ZERO)).isPositive();
		assertThat(this.sink.roomForDue().messages()).isPositive();
		this.lease.valid = false;
		assertThat(this.sink.awaitRoom(Duration.ZERO)).isZero();
		assertThat(this.sink.roomForDue().messages()).isZero();
	}

	private static ClaimedMessage message(String id) {
		return new ClaimedMessage(id, "orders", "default", "me", 0, 0, false, Instant.EPOCH, null, Map.of(),
				EncodedPayload.ofText("x", EncodedPayload.Format.TEXT), new Receipt() {
				});
	}

}
