package io.github.queuestarter.listener;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Receipt;
import io.github.queuestarter.store.Settlement;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class InboxTests {

	private final Inbox inbox = new Inbox(3);

	private @Nullable Thread thread;

	@AfterEach
	void stop() throws InterruptedException {
		this.inbox.awaitNoMore();
		this.inbox.take(10);
		if (this.thread != null) {
			this.thread.join(TimeUnit.SECONDS.toMillis(10));
			assertThat(this.thread.isAlive()).isFalse();
		}
	}

	@Test
	void takerSleepsUntilSomethingComesIn() throws Exception {
		FutureTask<List<Settlement>> taking = start(() -> {
			this.inbox.await(1, null);
			return this.inbox.take(10);
		});
		awaitState(Thread.State.WAITING);
		Settlement settlement = ack("1");
		this.inbox.put(settlement);
		assertThat(taking.get(10, TimeUnit.SECONDS)).containsExactly(settlement);
	}

	@Test
	void takerThatWantsSeveralSleepsUntilTheLastOfThem() throws Exception {
		CountDownLatch woken = new CountDownLatch(1);
		start(() -> {
			this.inbox.await(3, null);
			woken.countDown();
			return null;
		});
		awaitState(Thread.State.WAITING);
		this.inbox.put(ack("1"));
		this.inbox.offer(ack("2"));
		awaitState(Thread.State.WAITING);
		assertThat(woken.getCount()).isOne();
		this.inbox.put(ack("3"));
		assertThat(woken.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void takerThatHasWaitedForSeveralIsWokenByTheNextOne() throws Exception {
		this.inbox.await(3, Duration.ofMillis(1));
		takerSleepsUntilSomethingComesIn();
	}

	@Test
	void patienceEndsTheWait() throws Exception {
		this.inbox.await(1, Duration.ofMillis(1));
		assertThat(this.inbox.take(10)).isEmpty();
	}

	@Test
	void takerSleepsNoMoreAtTheEndAndTakesWhatIsLeft() throws Exception {
		FutureTask<List<Settlement>> taking = start(() -> {
			this.inbox.await(2, null);
			return this.inbox.take(10);
		});
		this.inbox.put(ack("1"));
		awaitState(Thread.State.WAITING);
		this.inbox.awaitNoMore();
		assertThat(taking.get(10, TimeUnit.SECONDS)).hasSize(1);
		this.inbox.await(1, null);
		assertThat(this.inbox.isEmpty()).isTrue();
	}

	@Test
	void whoBringsTooManyWaitsUntilSomeAreTaken() throws Exception {
		this.inbox.put(ack("1"));
		this.inbox.put(ack("2"));
		this.inbox.put(ack("3"));
		assertThat(this.inbox.offer(ack("too many"))).isFalse();
		FutureTask<Boolean> bringing = start(() -> {
			this.inbox.put(ack("4"));
			return Thread.interrupted();
		});
		awaitState(Thread.State.WAITING);
		Objects.requireNonNull(this.thread).interrupt();
		awaitState(Thread.State.WAITING);
		assertThat(ids(this.inbox.take(1))).containsExactly("1");
		assertThat(bringing.get(10, TimeUnit.SECONDS)).as("still interrupted").isTrue();
		assertThat(ids(this.inbox.take(2))).containsExactly("2", "3");
		assertThat(ids(this.inbox.take(10))).containsExactly("4");
	}

	private <T> FutureTask<T> start(Callable<T> action) {
		FutureTask<T> task = new FutureTask<>(action);
		this.thread = new Thread(task, "inbox-test");
		this.thread.start();
		return task;
	}

	private void awaitState(Thread.State state) {
		Awaitility.await()
			.pollInterval(Duration.ofMillis(5))
			.during(Duration.ofMillis(50))
			.until(() -> Objects.requireNonNull(this.thread).getState() == state);
	}

	private static List<String> ids(List<Settlement> settlements) {
		return settlements.stream().map((settlement) -> settlement.message().id()).toList();
	}

	private static Settlement ack(String id) {
		return new Settlement.Ack(new ClaimedMessage(id, "orders", "default", "me", 0, 0, false, Instant.EPOCH, null,
				Map.of(), EncodedPayload.ofText("x", EncodedPayload.Format.TEXT), new Receipt() {
				}));
	}

}
