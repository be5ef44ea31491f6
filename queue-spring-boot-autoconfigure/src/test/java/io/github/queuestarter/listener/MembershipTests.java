package io.github.queuestarter.listener;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.store.Consumers;
import io.github.queuestarter.store.DeadLetterLimits;
import io.github.queuestarter.store.GroupName;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.RetentionSettings;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a queue in trouble costs the others of the same store.
 */
class MembershipTests {

	private static final Duration INTERVAL = Duration.ofMillis(100);

	private final Domains domains = new Domains();

	private final Membership membership = membership();

	@AfterEach
	void leave() {
		this.domains.failing.clear();
		this.domains.mayFail.countDown();
		this.membership.stopHousekeeping();
		this.membership.leave();
	}

	@Test
	void queueIsRegisteredWhileAllThatAreRegisteredFail() {
		Member first = this.membership.memberFor("first");
		this.membership.start();
		Awaitility.await().until(first::registered);
		this.domains.failing.add("first");
		Awaitility.await().until(() -> this.domains.failures.containsKey("first"));
		Member second = this.membership.memberFor("second");
		Awaitility.await().until(second::registered);
	}

	@Test
	void queueIsRegisteredWhileTheRegistrationOfOthersHangs() {
		for (int i = 0; i < 10; i++) {
			this.domains.hanging.add("hanging " + i);
			this.membership.memberFor("hanging " + i);
		}
		Member other = this.membership.memberFor("other");
		this.membership.start();
		Awaitility.await().until(other::registered);
	}

	@Test
	void registrationsThatHangDoNotAddUpBetweenTwoHeartbeats() {
		Member beating = this.membership.memberFor("beating");
		this.membership.start();
		Awaitility.await().until(beating::registered);
		for (int i = 0; i < 5; i++) {
			this.domains.hanging.add("hanging " + i);
			this.membership.memberFor("hanging " + i);
		}
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> this.domains.failures.keySet().containsAll(this.domains.hanging));
		assertThat(this.domains.mostBetweenBeats).isEqualTo(1);
	}

	private Membership membership() {
		QueueStore store = (QueueStore) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { QueueStore.class }, (proxy, method, arguments) -> switch (method.getName()) {
					case "backend" -> "fake";
					case "consumers" -> this.domains;
					default -> throw new AssertionError("not asked for: " + method);
				});
		InstanceSettings settings = new InstanceSettings("tests", INTERVAL, Duration.ofSeconds(30), Duration.ZERO,
				Duration.ofMinutes(1), false);
		return new Membership(store, settings,
				new Housekeeper(store, new Settings(), (queue) -> true, Duration.ofMinutes(1), (event) -> {
				}), (event) -> {
				});
	}

	/**
	 * A domain for each queue.
	 */
	private static final class Domains implements Consumers {

		private final Set<String> failing = ConcurrentHashMap.newKeySet();

		private final Set<String> hanging = ConcurrentHashMap.newKeySet();

		private final Map<String, Boolean> failures = new ConcurrentHashMap<>();

		private final CountDownLatch mayFail = new CountDownLatch(1);

		private volatile int mostBetweenBeats;

		private int sinceBeat;

		@Override
		public String domainOf(String queue) {
			return queue;
		}

		@Override
		public void register(String domain, String consumer) {
			if (this.hanging.contains(domain)) {
				this.mostBetweenBeats = Math.max(this.mostBetweenBeats, ++this.sinceBeat);
				try {
					this.mayFail.await(INTERVAL.multipliedBy(2).toMillis(), TimeUnit.MILLISECONDS);
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
				fail(domain);
			}
		}

		@Override
		public Map<String, Beat> beat(Map<String, String> consumers) {
			consumers.keySet().stream().filter(this.failing::contains).forEach(this::fail);
			this.sinceBeat = 0;
			return consumers.keySet()
				.stream()
				.collect(Collectors.toMap(Function.identity(), (domain) -> new Beat(true, Map.of())));
		}

		private void fail(String domain) {
			this.failures.put(domain, true);
			throw new QueueStoreException("no answer from " + domain, null);
		}

		@Override
		public boolean fence(String domain, String self, String silent, long counter) {
			throw new AssertionError("not asked for");
		}

		@Override
		public List<Rescued> rescue(Collection<String> domains) {
			return List.of();
		}

		@Override
		public void retire(String domain, String consumer) {
		}

	}

	/**
	 * Of a housekeeper that has nothing to do.
	 */
	private static final class Settings implements ListenerSettingsSource {

		@Override
		public ListenerSettings settingsFor(String queue, String group) {
			throw new AssertionError("not asked for");
		}

		@Override
		public RetentionSettings retention(String queue) {
			throw new AssertionError("not asked for");
		}

		@Override
		public DeadLetterLimits deadLetterLimits(String queue, String group) {
			throw new AssertionError("not asked for");
		}

		@Override
		public Map<GroupName, Duration> expiringGroups() {
			return Map.of();
		}

	}

}
