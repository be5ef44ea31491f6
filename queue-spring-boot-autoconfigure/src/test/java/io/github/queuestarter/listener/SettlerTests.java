package io.github.queuestarter.listener;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.Failure;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.Receipt;
import io.github.queuestarter.store.Settlement;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SettlerTests {

	private final List<Settlement> stored = new CopyOnWriteArrayList<>();

	private final List<ClaimedMessage> forgotten = new CopyOnWriteArrayList<>();

	private final List<QueueEvent> events = new CopyOnWriteArrayList<>();

	private volatile Predicate<Settlement> refused = (settlement) -> false;

	private volatile boolean reachable = true;

	private final QueueStore store = new RefusingStore((settlements) -> {
		if (!this.reachable || settlements.stream().anyMatch(this.refused)) {
			throw new QueueStoreException("refused", null);
		}
		this.stored.addAll(settlements);
		return List.of();
	}, () -> {
		if (!this.reachable) {
			throw new QueueStoreException("not there", null);
		}
	});

	private final Vital vital = new Vital();

	private final Settler settler = new Settler(this.store, "settler-tests", "default", this.events::add, this.vital,
			this.forgotten::add);

	@AfterEach
	void stop() {
		this.settler.stop(Duration.ofSeconds(5));
	}

	@Test
	void refusedSettlementLosesItsDetailsAndHoldsUpNobody() {
		this.refused = (settlement) -> settlement instanceof Settlement.Bury bury
				&& bury.failure().reason().equals("poison");
		for (int i = 0; i < 20; i++) {
			this.settler.add(new Settlement.Ack(message("ack " + i)));
		}
		this.settler.add(new Settlement.Bury(message("bad"), Failure.of(Failure.Kind.EXCEPTION, "poison")));
		this.settler.start();
		Awaitility.await().until(() -> this.stored.size() == 21);
		assertThat(this.stored).filteredOn(Settlement.Bury.class::isInstance)
			.singleElement()
			.satisfies((settlement) -> assertThat(((Settlement.Bury) settlement).failure().kind())
				.isEqualTo(Failure.Kind.EXCEPTION));
		assertThat(this.forgotten).hasSize(21);
	}

	@Test
	void settlementsWaitForAStoreThatIsAway() {
		this.reachable = false;
		this.settler.start();
		this.settler.add(new Settlement.Ack(message("1")));
		Awaitility.await().until(() -> this.settler.consecutiveFailures() >= 3);
		assertThat(this.forgotten).isEmpty();
		this.reachable = true;
		Awaitility.await().until(() -> this.stored.size() == 1);
		Awaitility.await().until(() -> this.settler.consecutiveFailures() == 0);
		assertThat(this.forgotten).hasSize(1);
	}

	@Test
	void whatWaitsAtTheStopReachesTheStore() {
		for (int i = 0; i < 1000; i++) {
			this.settler.add(new Settlement.Ack(message("ack " + i)));
		}
		this.settler.start();
		this.settler.stop(Duration.ofSeconds(10));
		assertThat(this.stored).hasSize(1000);
		assertThat(this.settler.isAlive()).isFalse();
	}

	@Test
	void stopGivesUpOnAStoreThatStaysAway() {
		this.reachable = false;
		this.settler.start();
		this.settler.add(new Settlement.Ack(message("1")));
		Awaitility.await().until(() -> this.settler.consecutiveFailures() >= 1);
		this.settler.stop(Duration.ofMillis(100));
		Awaitility.await().until(() -> !this.settler.isAlive());
		assertThat(this.stored).isEmpty();
	}

	@Test
	void idleSettlerSleepsUntilItIsWoken() {
		this.settler.start();
		awaitSleep();
		this.settler.add(new Settlement.Ack(message("1")));
		Awaitility.await().until(() -> this.stored.size() == 1);
		awaitSleep();
		assertThat(this.settler.offer(new Settlement.Ack(message("2")))).isTrue();
		Awaitility.await().until(() -> this.stored.size() == 2);
	}

	@Test
	void sleepingSettlerIsAliveAndEndsAtOnce() {
		this.settler.start();
		awaitSleep();
		assertThat(this.vital.alive(Duration.ZERO)).isTrue();
		long began = System.nanoTime();
		this.settler.stop(Duration.ofMinutes(1));
		assertThat(this.settler.isAlive()).isFalse();
		assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(30));
	}

	@Test
	void settlerThatIsAwakeHasToShowThatItIsAlive() {
		this.reachable = false;
		this.settler.start();
		this.settler.add(new Settlement.Ack(message("1")));
		Awaitility.await().until(() -> this.settler.consecutiveFailures() >= 1);
		assertThat(this.vital.alive(Duration.ZERO)).isFalse();
	}

	@Test
	void whatIsSettledIsToldOnce() {
		this.settler.start();
		assertThat(this.settler.settledAny()).isFalse();
		this.settler.add(new Settlement.Ack(message("1")));
		Awaitility.await().until(this.settler::settledAny);
		assertThat(this.settler.settledAny()).isFalse();
	}

	/**
	 * Without a time at which to wake up by itself.
	 */
	private static void awaitSleep() {
		Awaitility.await()
			.pollInterval(Duration.ofMillis(5))
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.anyMatch((thread) -> thread.getName().equals("queue-settle-settler-tests/default")
						&& thread.getState() == Thread.State.WAITING));
	}

	private static ClaimedMessage message(String id) {
		return new ClaimedMessage(id, "orders", "default", "me", 0, 0, false, Instant.EPOCH, null, Map.of(),
				EncodedPayload.ofText("x", EncodedPayload.Format.TEXT), new Receipt() {
				});
	}

}
