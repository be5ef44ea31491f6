package io.github.queuestarter.listener;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.Failure;
import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Receipt;
import io.github.queuestarter.store.Settlement;
import io.github.queuestarter.store.StoreUnavailableException;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The store answers and goes on refusing.
 */
class SettlerRefusalTests {

	private final List<String> settled = new CopyOnWriteArrayList<>();

	private final List<String> noted = new CopyOnWriteArrayList<>();

	private final AtomicInteger calls = new AtomicInteger();

	private volatile Predicate<Settlement> refused = (settlement) -> false;

	private volatile @Nullable Error error;

	private volatile boolean unavailable;

	private final List<Integer> batches = new CopyOnWriteArrayList<>();

	private final Settler settler = new Settler(new RefusingStore(this::settle, () -> {
	}), "orders", "default", (event) -> {
	}, new Vital(), (message) -> this.noted.add(message.id()));

	@AfterEach
	void stop() {
		this.settler.stop(Duration.ZERO);
	}

	@Test
	void storeThatIsFullAndTakesAcksOnlyGetsThem() {
		this.refused = (settlement) -> !(settlement instanceof Settlement.Ack);
		for (int i = 0; i < 50; i++) {
			this.settler.add(retry("retry " + i));
			this.settler.add(ack("ack " + i));
		}
		this.settler.start();
		await(() -> this.settled.size() == 50);
		this.settler.add(ack("late"));
		await(() -> this.settled.contains("late"));
		await(() -> this.settler.consecutiveFailures() >= 3);
		this.refused = (settlement) -> false;
		// noted once the store has answered, a moment later
		await(() -> this.noted.size() == 101);
		assertThat(this.settled).hasSize(101).doesNotHaveDuplicates();
	}

	@Test
	void storeThatRefusesEverythingIsAskedSparingly() {
		this.refused = (settlement) -> true;
		for (int i = 0; i < 500; i++) {
			this.settler.add(ack("ack " + i));
		}
		this.settler.start();
		await(() -> this.calls.get() > 10);
		Awaitility.await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
		assertThat(this.calls).hasValueLessThan(200);
		this.refused = (settlement) -> false;
		await(() -> this.settled.size() == 500);
	}

	@Test
	void batchForAPartOfTheStoreThatIsAwayIsNotTakenForRefused() {
		this.unavailable = true;
		for (int i = 0; i < 10; i++) {
			this.settler.add(retry("retry " + i));
		}
		this.settler.start();
		await(() -> this.settler.consecutiveFailures() >= 3);
		this.unavailable = false;
		await(() -> this.settled.size() == 10);
		assertThat(this.batches).containsOnly(10);
	}

	@Test
	void errorOfTheDriverDoesNotEndTheSettling() {
		this.error = new StackOverflowError("of the driver");
		this.settler.start();
		this.settler.add(ack("a"));
		await(() -> this.calls.get() > 1);
		this.error = null;
		await(() -> this.settled.contains("a"));
		assertThat(this.settler.isAlive()).isTrue();
	}

	@Test
	void stopTriesOnceMoreWhatWasRefused() {
		this.refused = (settlement) -> settlement instanceof Settlement.Retry;
		this.settler.start();
		this.settler.add(retry("retry"));
		await(() -> this.calls.get() > 2);
		this.refused = (settlement) -> false;
		this.settler.stop(Duration.ofSeconds(5));
		assertThat(this.settled).containsExactly("retry");
		assertThat(this.settler.isAlive()).isFalse();
	}

	@Test
	void refusedSettlementWakesTheSettlerUntilItIsTaken() {
		this.refused = (settlement) -> settlement instanceof Settlement.Retry;
		this.settler.start();
		this.settler.add(retry("retry"));
		await(() -> this.settler.consecutiveFailures() >= 2);
		// nothing comes in any more
		this.refused = (settlement) -> false;
		await(() -> this.settled.contains("retry"));
		await(() -> this.settler.consecutiveFailures() == 0);
		int calls = this.calls.get();
		Awaitility.await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
		assertThat(this.calls).hasValue(calls);
	}

	private static void await(Callable<Boolean> condition) {
		Awaitility.await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(10)).until(condition);
	}

	private List<ClaimedMessage> settle(List<Settlement> settlements) {
		this.calls.incrementAndGet();
		Error thrown = this.error;
		if (thrown != null) {
			throw thrown;
		}
		this.batches.add(settlements.size());
		if (this.unavailable) {
			throw new StoreUnavailableException("TRYAGAIN", null);
		}
		if (settlements.stream().anyMatch(this.refused)) {
			throw new QueueStoreException("refused", null);
		}
		settlements.forEach((settlement) -> this.settled.add(settlement.message().id()));
		return List.of();
	}

	private static Settlement ack(String id) {
		return new Settlement.Ack(message(id));
	}

	private static Settlement retry(String id) {
		return new Settlement.Retry(message(id), Duration.ZERO, Failure.of(Failure.Kind.EXCEPTION, "no"));
	}

	private static ClaimedMessage message(String id) {
		return new ClaimedMessage(id, "orders", "default", "me", 0, 0, false, Instant.EPOCH, null, Map.of(),
				EncodedPayload.ofText("x", EncodedPayload.Format.TEXT), new Receipt() {
				});
	}

}
