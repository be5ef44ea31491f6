package io.github.queuestarter.listener;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.store.Administration;
import io.github.queuestarter.store.DeadLetterLimits;
import io.github.queuestarter.store.GroupName;
import io.github.queuestarter.store.GroupRemoval;
import io.github.queuestarter.store.Housekeeping;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.RetentionSettings;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the housekeeper does with a store that never comes to an end, or refuses.
 */
class HousekeeperTests {

	private static final List<GroupName> LISTENING = List.of(new GroupName("orders", "billing"));

	private static final DeadLetterLimits TEN = new DeadLetterLimits(null, 10L);

	private final List<QueueEvent> events = new ArrayList<>();

	private final Store store = new Store();

	private final Housekeeper housekeeper = new Housekeeper(this.store.proxy(), new Settings(), (queue) -> true,
			Duration.ofMillis(5), this.events::add);

	/**
	 * One that looks at each queue once an hour, and in each round if it has a reason.
	 */
	private final Housekeeper restful = new Housekeeper(this.store.proxy(), new Settings(), (queue) -> true,
			Duration.ofMillis(1), Duration.ofHours(1), this.events::add);

	private Duration round(List<GroupName> listening) {
		return this.housekeeper.round(listening, () -> false);
	}

	@Test
	void groupsAreMarkedAsReadThoughThereIsAlwaysMoreToRemove() {
		this.store.removal = () -> new Housekeeping.Removal(10_000, 0, 0);
		for (int i = 1; i <= 3; i++) {
			round(LISTENING);
			assertThat(this.store.marked).hasSize(i).allMatch(LISTENING::equals);
		}
	}

	@Test
	void storeIsLeftAloneWhileNobodyListens() {
		this.store.removal = () -> {
			throw new AssertionError("not asked for");
		};
		assertThat(round(List.of())).isPositive();
		assertThat(this.store.marked).isEmpty();
	}

	@Test
	void queuesWithoutAGroupAreEmptiedToo() {
		this.store.removal = () -> new Housekeeping.Removal(0, 0, 3);
		this.store.unclaimed = Set.of("unread");
		round(LISTENING);
		assertThat(this.events)
			.contains(new QueueEvent.Trimmed("fake", "unread", 3, QueueEvent.Trimmed.Reason.UNCLAIMED));
	}

	@Test
	void queueInWhichNothingHappensIsLeftAloneUntilMessagesAreSettled() {
		awaitRounds(20);
		assertThat(this.store.removals).isOne();
		this.restful.settled("invoices");
		awaitRounds(20);
		assertThat(this.store.removals).isOne();
		this.restful.settled("orders");
		awaitRounds(20);
		assertThat(this.store.removals).isEqualTo(2);
	}

	@Test
	void queueInWhichNothingHappensIsLookedAtAllTheSameInTheEnd() {
		Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> {
			round(LISTENING);
			return this.store.removals >= 3;
		});
	}

	@Test
	void removalIsFollowedByAnotherAsLongAsItIsWorthIt() {
		this.store.removal = () -> new Housekeeping.Removal(1, 0, 0);
		awaitRounds(20);
		assertThat(this.store.removals).isGreaterThan(10);
		this.store.removal = () -> Housekeeping.Removal.NONE;
		awaitRounds(20);
		int removals = this.store.removals;
		awaitRounds(20);
		assertThat(this.store.removals).isEqualTo(removals);
	}

	@Test
	void removalThatFailsIsTriedAgainInTheNextRound() {
		this.store.removal = () -> {
			throw new QueueStoreException("no permission", null);
		};
		awaitRounds(20);
		assertThat(this.store.removals).isGreaterThan(10);
	}

	private void awaitRounds(int rounds) {
		AtomicInteger left = new AtomicInteger(rounds);
		Awaitility.await().pollInterval(Duration.ofMillis(2)).until(() -> {
			this.restful.round(LISTENING, () -> false);
			return left.decrementAndGet() == 0;
		});
	}

	@Test
	void deadLettersAreRemovedUntilOnlyFewAreLeftToRemove() {
		Iterator<Long> removals = List.of(500L, 500L, 7L).iterator();
		this.store.deadLetters = removals::next;
		round(List.of(new GroupName("orders", "limited"), new GroupName("orders", "billing")));
		assertThat(this.store.limits).containsExactly(TEN, TEN, TEN);
		assertThat(this.events).containsExactly(new QueueEvent.DeadLettersRemoved("fake", "orders", "limited", 500),
				new QueueEvent.DeadLettersRemoved("fake", "orders", "limited", 500),
				new QueueEvent.DeadLettersRemoved("fake", "orders", "limited", 7));
	}

	@Test
	void removalThatKeepsFailingIsToldOnce() {
		this.store.removal = () -> {
			throw new QueueStoreException("no permission", null);
		};
		Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> {
			round(LISTENING);
			return this.store.removals > 40;
		});
		assertThat(this.events).singleElement()
			.asString()
			.contains("remove finished messages of 'orders'", "no permission");
	}

	@Test
	void outageIsLeftToOthersToTell() {
		this.store.removal = () -> {
			throw new QueueStoreException("down", null);
		};
		this.store.answers = false;
		Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> {
			round(LISTENING);
			return this.store.removals > 40;
		});
		assertThat(this.events).isEmpty();
	}

	/**
	 * A store with nothing but housekeeping.
	 */
	private static final class Store implements Housekeeping {

		private final List<Collection<GroupName>> marked = new ArrayList<>();

		private final List<DeadLetterLimits> limits = new ArrayList<>();

		private Supplier<Long> deadLetters = () -> 0L;

		private Supplier<Removal> removal = () -> Removal.NONE;

		private Set<String> unclaimed = Set.of();

		private boolean answers = true;

		private int removals;

		QueueStore proxy() {
			return (QueueStore) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { QueueStore.class },
					(proxy, method, arguments) -> switch (method.getName()) {
						case "backend" -> "fake";
						case "housekeeping" -> this;
						case "administration" -> administration();
						default -> throw new AssertionError("not asked for: " + method);
					});
		}

		private Administration administration() {
			return (Administration) Proxy.newProxyInstance(getClass().getClassLoader(),
					new Class<?>[] { Administration.class }, (proxy, method, arguments) -> {
						if (!this.answers) {
							throw new QueueStoreException("down", null);
						}
						return null;
					});
		}

		@Override
		public Removal removeFinished(String queue, RetentionSettings retention) {
			this.removals++;
			return this.removal.get();
		}

		@Override
		public long removeDeadLetters(GroupName group, DeadLetterLimits limits) {
			this.limits.add(limits);
			return this.deadLetters.get();
		}

		@Override
		public Set<String> unclaimedQueues() {
			return this.unclaimed;
		}

		@Override
		public void markActive(Collection<GroupName> groups) {
			this.marked.add(groups);
		}

		@Override
		public @Nullable Duration idle(String queue, String group) {
			return null;
		}

		@Override
		public GroupRemoval removeGroup(String queue, String group, Duration idle) {
			throw new AssertionError("not asked for");
		}

	}

	/**
	 * Nothing but defaults.
	 */
	private static final class Settings implements ListenerSettingsSource {

		@Override
		public ListenerSettings settingsFor(String queue, String group) {
			throw new AssertionError("not asked for");
		}

		@Override
		public RetentionSettings retention(String queue) {
			return RetentionSettings.defaults();
		}

		@Override
		public DeadLetterLimits deadLetterLimits(String queue, String group) {
			return group.equals("limited") ? TEN : DeadLetterLimits.NONE;
		}

		@Override
		public Map<GroupName, Duration> expiringGroups() {
			return Map.of();
		}

	}

}
