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

import io.github.queuestarter.Position;
import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.store.Consumers;
import io.github.queuestarter.store.DeadLetterLimits;
import io.github.queuestarter.store.GroupName;
import io.github.queuestarter.store.Housekeeping;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.Reader;
import io.github.queuestarter.store.RetentionSettings;
import io.micrometer.observation.ObservationRegistry;
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

	@Test
	void memberWithADeadPartDoesNotBeat() {
		Member living = this.membership.memberFor("living");
		Member dying = this.membership.memberFor("dying");
		RunningListener listener = listenerWhosePollerDoesNothing(dying);
		listener.start();
		try {
			this.membership.start();
			Awaitility.await().until(() -> this.domains.beats("dying") > 0);
			Awaitility.await().until(() -> !dying.alive());
			// one may be on its way
			awaitBeats("living", 2);
			int last = this.domains.beats("dying");
			awaitBeats("living", 3);
			assertThat(this.domains.beats("dying")).isEqualTo(last);
			assertThat(living.alive()).isTrue();
		}
		finally {
			listener.stopClaiming();
			listener.finish(Duration.ZERO);
		}
	}

	private void awaitBeats(String domain, int more) {
		int until = this.domains.beats(domain) + more;
		Awaitility.await().until(() -> this.domains.beats(domain) >= until);
	}

	private RunningListener listenerWhosePollerDoesNothing(Member member) {
		MessageSource source = (MessageSource) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { MessageSource.class }, (proxy, method, arguments) -> null);
		Reader reader = (Reader) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Reader.class },
				(proxy, method, arguments) -> source);
		QueueStore store = (QueueStore) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { QueueStore.class }, (proxy, method, arguments) -> switch (method.getName()) {
					case "backend" -> "fake";
					case "longestCall" -> Duration.ZERO;
					case "reader" -> reader;
					default -> throw new AssertionError("not asked for: " + method);
				});
		ListenerDefinition definition = new ListenerDefinition("dying", "dying", "default", null, null, false, false,
				false, List.of(), (message) -> {
					throw new AssertionError("not asked for");
				}, "none");
		ListenerSettings settings = new ListenerSettings(1, null,
				new RetrySettings(3, Duration.ofSeconds(1), 2, Duration.ofMinutes(5), 0), 3, null, Position.earliest(),
				false);
		InstanceSettings instance = new InstanceSettings("tests", INTERVAL, INTERVAL.multipliedBy(20), Duration.ZERO,
				Duration.ofMinutes(1), false);
		return new RunningListener(new ListenerPlan(definition, settings, store, null), instance, member,
				member.listeners(), new Isolation(), (event) -> {
				}, ObservationRegistry.NOOP);
	}

	private Membership membership() {
		Housekeeping nothingToKeep = (Housekeeping) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { Housekeeping.class }, (proxy, method, arguments) -> switch (method.getName()) {
					case "markActive" -> null;
					case "unclaimedQueues" -> Set.of();
					case "removeFinished" -> Housekeeping.Removal.NONE;
					default -> throw new AssertionError("not asked for: " + method);
				});
		QueueStore store = (QueueStore) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { QueueStore.class }, (proxy, method, arguments) -> switch (method.getName()) {
					case "backend" -> "fake";
					case "consumers" -> this.domains;
					case "housekeeping" -> nothingToKeep;
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

		private final Map<String, Integer> beats = new ConcurrentHashMap<>();

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
		public Map<String, Beat> beat(Map<String, Self> selves) {
			selves.keySet().stream().filter(this.failing::contains).forEach(this::fail);
			this.sinceBeat = 0;
			selves.keySet().forEach((domain) -> this.beats.merge(domain, 1, Integer::sum));
			return selves.keySet()
				.stream()
				.collect(Collectors.toMap(Function.identity(), (domain) -> new Beat(true, Map.of(), Set.of())));
		}

		private int beats(String domain) {
			return this.beats.getOrDefault(domain, 0);
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
			return new RetentionSettings(Duration.ZERO, null, null, false, Duration.ofDays(7));
		}

		@Override
		public DeadLetterLimits deadLetterLimits(String queue, String group) {
			return DeadLetterLimits.NONE;
		}

		@Override
		public Map<GroupName, Duration> expiringGroups() {
			return Map.of();
		}

	}

}
