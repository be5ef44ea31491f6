package io.github.queuestarter.listener;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.Outcome;
import io.github.queuestarter.Position;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.Receipt;
import io.github.queuestarter.store.Settlement;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a worker looks at before it starts a handler.
 */
class WorkerTests {

	private final TestLease lease = new TestLease();

	private final List<String> handled = new CopyOnWriteArrayList<>();

	private final List<Settlement> settled = new CopyOnWriteArrayList<>();

	private final Prefetch prefetch = new Prefetch(1, 10);

	private final Intake intake = new Intake(1, this.prefetch);

	private final QueueStore store = new RefusingStore((settlements) -> {
		this.settled.addAll(settlements);
		return List.of();
	}, () -> {
	});

	private final ListenerSink sink = new ListenerSink(this.lease, this.intake,
			new PollState("refusing", "orders", "default", (event) -> {
			}), new Vital(), (message) -> {
			});

	private final Settler settler = new Settler(this.store, "orders", "default", (event) -> {
	}, new Vital(), this.sink::forget);

	private volatile CountDownLatch mayReturn = new CountDownLatch(0);

	private final Worker worker = new Worker(this.intake, this.lease,
			new SettlementPolicy(new ListenerSettings(1, null,
					new RetrySettings(3, Duration.ofSeconds(1), 2, Duration.ofMinutes(5), 0), 3, null,
					Position.earliest(), false), List.of()),
			(message) -> {
				this.handled.add(message.id());
				await(this.mayReturn);
				return new HandlerResult.Returned(Outcome.done());
			}, this.store, this.sink, this.settler, new Isolation(), this.prefetch, null, null, (event) -> {
			});

	private final Thread thread = new Thread(this.worker);

	@BeforeEach
	void start() {
		this.settler.start();
		this.thread.start();
	}

	@AfterEach
	void stop() throws Exception {
		this.intake.close();
		this.mayReturn.countDown();
		this.thread.join(Duration.ofSeconds(10).toMillis());
		this.settler.stop(Duration.ofSeconds(5));
		assertThat(this.thread.isAlive()).isFalse();
	}

	@Test
	void nothingIsStartedWithoutAConfirmedHeartbeat() {
		this.lease.valid = false;
		this.sink.acceptNew(List.of(message("too late")));
		Awaitility.await().until(() -> this.sink.held() == 0);
		this.lease.valid = true;
		assertGoesOnAfterDropping();
	}

	@Test
	void whatAnEarlierConsumerClaimedIsNotStarted() {
		this.lease.consumer = "me, after a fence";
		this.sink.acceptNew(List.of(message("of the fenced one")));
		Awaitility.await().until(() -> this.sink.held() == 0);
		this.lease.consumer = "me";
		assertGoesOnAfterDropping();
	}

	@Test
	void whatAHandlerReturnsAfterItWasGivenUpSettlesNothing() {
		this.mayReturn = new CountDownLatch(1);
		this.sink.acceptNew(List.of(message("given up")));
		Awaitility.await().until(() -> this.handled.size() == 1);
		Attempt attempt = this.worker.attempt();
		assertThat(attempt).isNotNull();
		assertThat(attempt.giveUp()).isTrue();
		this.mayReturn.countDown();
		this.sink.acceptNew(List.of(message("next")));
		Awaitility.await().until(() -> this.settled.size() == 1);
		assertThat(this.settled.get(0).message().id()).isEqualTo("next");
		assertThat(attempt.giveUp()).isFalse();
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void assertGoesOnAfterDropping() {
		this.sink.acceptNew(List.of(message("next")));
		Awaitility.await().until(() -> this.settled.size() == 1);
		assertThat(this.handled).containsExactly("next");
	}

	private static ClaimedMessage message(String id) {
		return new ClaimedMessage(id, "orders", "default", "me", 0, 0, false, Instant.EPOCH, null, Map.of(),
				EncodedPayload.ofText("x", EncodedPayload.Format.TEXT), new Receipt() {
				});
	}

}
