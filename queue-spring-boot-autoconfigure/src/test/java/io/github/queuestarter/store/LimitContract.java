package io.github.queuestarter.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.queuestarter.Count;
import io.github.queuestarter.Position;
import io.github.queuestarter.store.Housekeeping.Removal;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Limits by age and number remove what is finished; only where loss is allowed also what
 * nobody has claimed; and never what somebody works on.
 */
interface LimitContract extends StoreUnderTest {

	@Test
	default void maxAgeWinsOverKeepDone() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, Messages.numbers(5));
		app.ackAll(sink.receive(5));
		sink.awaitPolls(2);
		assertThat(remove(app, queue, limits(Duration.ofHours(1), null, false))).isEqualTo(Removal.NONE);
		assertThat(removeAll(app, queue, limits(Duration.ofMillis(1), null, false), 5)).isEqualTo(new Removal(5, 0, 0));
	}

	@Test
	default void maxLengthKeepsTheNewestOfTheFinished() {
		Instance app = instance();
		String queue = Messages.newQueue();
		RecordingSink sink = app.listen(queue, "billing");
		app.send(queue, Messages.numbers(300));
		app.ackAll(sink.receive(300));
		sink.awaitPolls(2);
		assertThat(remove(app, queue, limits(null, 300L, false))).isEqualTo(Removal.NONE);
		assertThat(removeAll(app, queue, limits(null, 4L, false), 296)).isEqualTo(new Removal(296, 0, 0));
		assertThat(remove(app, queue, limits(null, 4L, false))).isEqualTo(Removal.NONE);
		RecordingSink audit = app.listen(queue, "audit");
		assertThat(Messages.texts(audit.receive(4))).containsExactly("296", "297", "298", "299");
		assertThat(app.leftovers(audit)).isEmpty();
	}

	@Test
	default void limitsLeaveWhatAGroupHasNotFinished() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.makeGroup(queue, "shipping");
		RecordingSink billing = app.listen(queue, "billing");
		app.send(queue, Messages.numbers(10));
		app.ackAll(billing.receive(10));
		billing.awaitPolls(2);
		for (int i = 0; i < 3; i++) {
			assertThat(remove(app, queue, limits(Duration.ofMillis(1), 1L, false))).isEqualTo(Removal.NONE);
		}
		assertThat(Messages.texts(app.listen(queue, "shipping").receive(10))).containsExactly(Messages.numbers(10));
	}

	@Test
	default void lossyLengthDropsWhatIsNotClaimedButNothingThatSomebodyHolds() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.makeGroup(queue, "shipping");
		RecordingSink billing = app.listen(queue, "billing");
		app.send(queue, Messages.numbers(10));
		List<ClaimedMessage> held = billing.receive(10);
		app.retry(held.get(3), Duration.ofHours(1));
		for (int i : new int[] { 1, 2, 4, 5, 6, 7, 8, 9 }) {
			app.ack(held.get(i));
		}
		assertThat(removeAll(app, queue, limits(null, 2L, true), 6)).isEqualTo(new Removal(0, 6, 0));
		assertThat(remove(app, queue, limits(null, 2L, true))).isEqualTo(Removal.NONE);
		RecordingSink shipping = app.listen(queue, "shipping");
		assertThat(Messages.texts(shipping.receive(4))).containsExactly("0", "3", "8", "9");
		assertThat(app.stats(queue, "billing").retrying()).isEqualTo(Count.exactly(1));
		app.ack(held.get(0));
		app.ackAll(shipping.held());
		assertThat(app.leftovers(shipping)).isEmpty();
	}

	@Test
	default void lossyAgeDropsWhatIsNotClaimed() {
		Instance app = instance();
		String queue = Messages.newQueue();
		app.makeGroup(queue, "billing");
		app.send(queue, Messages.numbers(300));
		assertThat(remove(app, queue, limits(Duration.ofHours(1), null, true))).isEqualTo(Removal.NONE);
		assertThat(removeAll(app, queue, limits(Duration.ofMillis(1), null, true), 300))
			.isEqualTo(new Removal(0, 300, 0));
		app.send(queue, "next");
		assertThat(app.listen(queue, "billing").receive().payload().asText()).isEqualTo("next");
	}

	@Test
	default void ageOfAScheduledMessageCountsFromWhenItWasDue() {
		Instance app = instance();
		String queue = Messages.newQueue();
		Duration wait = Duration.ofSeconds(6);
		RecordingSink sink = app.listen(app.sink(queue, "billing", Position.earliest()).room(0));
		app.send(Messages.delayed(queue, "later", wait));
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.pollInterval(Duration.ofMillis(20))
			.until(() -> app.stats(queue, "billing").ready().equals(Count.exactly(1)));
		assertThat(remove(app, queue, limits(wait, null, true))).isEqualTo(Removal.NONE);
		sink.room(1);
		assertThat(sink.receive().payload().asText()).isEqualTo("later");
	}

	@Test
	default void queueWithoutAGroupLosesWhatNobodyClaims() {
		Instance app = instance();
		String queue = Messages.newQueue();
		assertThat(app.store().housekeeping().unclaimedQueues()).doesNotContain(queue);
		app.send(queue, Messages.numbers(3));
		assertThat(app.store().housekeeping().unclaimedQueues()).contains(queue);
		RetentionSettings soon = new RetentionSettings(Duration.ofHours(1), null, null, false, Duration.ofMillis(1));
		assertThat(removeAll(app, queue, soon, 3)).isEqualTo(new Removal(0, 0, 3));
		app.send(queue, "next");
		RecordingSink sink = app.listen(queue, "billing");
		assertThat(app.store().housekeeping().unclaimedQueues()).doesNotContain(queue);
		assertThat(remove(app, queue, soon)).isEqualTo(Removal.NONE);
		assertThat(sink.receive().payload().asText()).isEqualTo("next");
	}

	@Test
	default void nothingUnfinishedIsRemovedWhileEverythingHappensAtOnce() {
		Busy busy = new Busy(this, limits(Duration.ofMillis(1), 5L, false));
		busy.run(2000, (ended, removed) -> ended == 2000 && removed.finished() > 0);
		assertThat(busy.removed.trimmed() + busy.removed.unclaimed()).isZero();
	}

	@Test
	default void lossyLimitsDropOnlyWhatNobodyHasClaimedWhileEverythingHappensAtOnce() {
		Busy busy = new Busy(this, limits(null, 5L, true));
		// more than there is room for, as workers may be faster than what drops later on
		busy.send(100);
		Awaitility.await().until(() -> busy.remove().trimmed() > 0);
		busy.run(1900, (ended, removed) -> ended + removed.trimmed() == 2000);
		assertThat(busy.removed.trimmed()).isPositive();
		assertThat(busy.removed.unclaimed()).isZero();
	}

	private static RetentionSettings limits(@Nullable Duration maxAge, @Nullable Long maxLength, boolean lossy) {
		return new RetentionSettings(Duration.ofHours(1), maxAge, maxLength, lossy, Duration.ofDays(7));
	}

	private static Removal remove(Instance app, String queue, RetentionSettings retention) {
		return app.store().housekeeping().removeFinished(queue, retention);
	}

	/**
	 * Remove until it is so many, and once more.
	 */
	private static Removal removeAll(Instance app, String queue, RetentionSettings retention, long messages) {
		Removal[] all = { Removal.NONE };
		Awaitility.await().until(() -> {
			all[0] = all[0].plus(remove(app, queue, retention));
			return all[0].total() >= messages;
		});
		return all[0].plus(remove(app, queue, retention));
	}

	/**
	 * When there is nothing left to do.
	 */
	@FunctionalInterface
	interface End {

		boolean reached(int ended, Removal removed);

	}

	/**
	 * Two instances that handle messages in every way, one that sends, one that removes.
	 */
	final class Busy {

		private final String queue = Messages.newQueue();

		private final Instance sender;

		private final Instance keeper;

		private final List<Instance> workers;

		private final List<RecordingSink> sinks = new ArrayList<>();

		private final RetentionSettings retention;

		private final Set<String> delivered = ConcurrentHashMap.newKeySet();

		private final Map<String, Integer> ended = new ConcurrentHashMap<>();

		private final AtomicBoolean done = new AtomicBoolean();

		private volatile Removal removed = Removal.NONE;

		Busy(StoreUnderTest test, RetentionSettings retention) {
			this.sender = test.instance();
			this.keeper = test.instance();
			this.workers = List.of(test.instance(), test.instance());
			this.retention = retention;
			this.workers.forEach((worker) -> this.sinks
				.add(worker.listen(worker.sink(this.queue, "billing", Position.earliest()).room(20))));
		}

		void run(int messages, End end) {
			Callable<Boolean> sending = () -> {
				send(messages);
				return true;
			};
			Callable<Boolean> watching = () -> {
				try {
					Awaitility.await()
						.atMost(Duration.ofSeconds(50))
						.until(() -> end.reached(this.ended.size(), this.removed));
				}
				finally {
					this.done.set(true);
				}
				return true;
			};
			Together.call(sending, watching, this::keep, () -> work(0), () -> work(1));
			assertThat(this.ended.keySet()).containsAll(this.delivered);
			assertThat(this.ended.values()).as("how often each message was finished").containsOnly(1);
			assertThat(this.sender.stats(this.queue, "billing").ready()).isEqualTo(Count.exactly(0));
			assertThat(this.sender.stats(this.queue, "billing").pending()).isEqualTo(Count.exactly(0));
		}

		void send(int messages) {
			for (int i = 0; i < messages; i += 50) {
				this.sender.send(this.queue, Messages.numbers(50));
			}
		}

		Removal remove() {
			this.removed = this.removed.plus(LimitContract.remove(this.keeper, this.queue, this.retention));
			return this.removed;
		}

		private boolean keep() {
			while (!this.done.get()) {
				remove();
			}
			return true;
		}

		private boolean work(int number) {
			Instance worker = this.workers.get(number);
			Random random = new Random(number);
			while (!this.done.get()) {
				List<Settlement> settlements = new ArrayList<>();
				Map<String, Integer> finished = new HashMap<>();
				for (ClaimedMessage message : this.sinks.get(number).poll()) {
					this.delivered.add(message.id());
					Settlement settlement = settle(message, random.nextInt(10));
					settlements.add(settlement);
					if (settlement instanceof Settlement.Ack || settlement instanceof Settlement.Bury) {
						finished.put(message.id(), 1);
					}
				}
				Collections.shuffle(settlements, random);
				if (!settlements.isEmpty()) {
					worker.settleHeld(settlements.toArray(Settlement[]::new));
				}
				finished.forEach((id, once) -> this.ended.merge(id, once, Integer::sum));
			}
			return true;
		}

		private static Settlement settle(ClaimedMessage message, int dice) {
			if (dice < 4) {
				return new Settlement.Ack(message);
			}
			if (dice < 5) {
				return new Settlement.Bury(message, Messages.failure());
			}
			if (dice < 8) {
				return new Settlement.Retry(message, Duration.ofMillis(dice), Messages.failure());
			}
			return new Settlement.Release(message, Duration.ZERO);
		}

	}

}
