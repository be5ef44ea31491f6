package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.core.QueueStores;
import io.github.queuestarter.store.GroupName;
import io.github.queuestarter.store.QueueStore;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;

/**
 * All listeners of the application. Starts and stops them with it: in the last phase to
 * start and the first to stop, before web server and connection pools.
 */
public final class QueueListenerRegistry implements SmartLifecycle {

	private static final Duration MOST_BETWEEN_CHECKS = Duration.ofSeconds(1);

	/**
	 * A claim that takes longer hangs: its answer is given up.
	 */
	private static final Duration LONGEST_LAST_CLAIM = Duration.ofSeconds(5);

	private static final Duration LEAST_BETWEEN_CHECKS = Duration.ofMillis(10);

	private final QueueStores stores;

	private final ListenerSettingsSource settings;

	private final InstanceSettings instance;

	private final QueueObserver observer;

	private final ObservationRegistry observations;

	private final boolean autoStartup;

	private final Isolation isolation = new Isolation();

	private final Map<String, ListenerDefinition> definitions = new LinkedHashMap<>();

	private final List<RunningListener> listeners = new ArrayList<>();

	private final Map<QueueStore, Membership> memberships = new LinkedHashMap<>();

	private final ReentrantLock stopping = new ReentrantLock();

	private @Nullable Loop deadlines;

	private boolean running;

	public QueueListenerRegistry(QueueStores stores, ListenerSettingsSource settings, InstanceSettings instance,
			QueueObserver observer, ObservationRegistry observations, boolean autoStartup) {
		this.stores = stores;
		this.settings = settings;
		this.instance = instance;
		this.observer = observer;
		this.observations = observations;
		this.autoStartup = autoStartup;
	}

	@Override
	public boolean isAutoStartup() {
		return this.autoStartup;
	}

	synchronized void register(ListenerDefinition definition) {
		ListenerDefinition other = this.definitions.putIfAbsent(definition.queue() + "\n" + definition.group(),
				definition);
		if (other != null) {
			throw new DuplicateListenerException(definition.queue(), definition.group(), other.method(),
					definition.method());
		}
		if (definition.backend() != null) {
			this.stores.assign(definition.queue(), definition.backend());
		}
		if (this.running) {
			ListenerPlan plan = plan(definition);
			examine(List.of(plan));
			start(plan);
		}
	}

	@Override
	public void start() {
		// a stop that is under way takes its parts down first
		this.stopping.lock();
		try {
			synchronized (this) {
				if (!this.running) {
					// none is started if one of them can't be
					List<ListenerPlan> plans = this.definitions.values().stream().map(this::plan).toList();
					examine(plans);
					this.running = true;
					plans.forEach(this::start);
				}
			}
		}
		finally {
			this.stopping.unlock();
		}
	}

	private ListenerPlan plan(ListenerDefinition definition) {
		return ListenerPlan.of(definition, this.settings.settingsFor(definition.queue(), definition.group()),
				this.stores.storeOf(definition.queue()));
	}

	private static void examine(List<ListenerPlan> plans) {
		Map<QueueStore, List<GroupName>> groups = new LinkedHashMap<>();
		for (ListenerPlan plan : plans) {
			groups.computeIfAbsent(plan.store(), (store) -> new ArrayList<>())
				.add(new GroupName(plan.definition().queue(), plan.definition().group()));
		}
		groups.forEach((store, names) -> store.administration().examine(names));
	}

	private void start(ListenerPlan plan) {
		String queue = plan.definition().queue();
		ListenerSettings settings = plan.settings();
		Membership membership = this.memberships.computeIfAbsent(plan.store(), this::join);
		RunningListener listener = plan.definition().ephemeral()
				? running(plan, new OwnLease(), membership.ownReaders()) : running(plan, membership.memberFor(queue));
		this.listeners.add(listener);
		listener.start();
		membership.hurry();
		if (settings.timeout() != null && this.deadlines == null) {
			this.deadlines = new Loop("queue-deadlines", true, this::interruptOverdue);
			this.deadlines.start();
		}
	}

	private RunningListener running(ListenerPlan plan, Member member) {
		return running(plan, member, member.listeners());
	}

	private RunningListener running(ListenerPlan plan, Lease lease, List<RunningListener> companions) {
		return new RunningListener(plan, this.instance, lease, companions, this.isolation, this.observer,
				this.observations);
	}

	private Membership join(QueueStore store) {
		Housekeeper keeper = new Housekeeper(store, this.settings, (queue) -> this.stores.storeOf(queue) == store,
				this.instance.housekeepingInterval(), this.observer);
		Membership membership = new Membership(store, this.instance, keeper, this.observer);
		membership.start();
		return membership;
	}

	private synchronized Collection<RunningListener> listeners() {
		return List.copyOf(this.listeners);
	}

	private Duration interruptOverdue() {
		Collection<RunningListener> listeners = listeners();
		listeners.forEach(RunningListener::interruptOverdue);
		Duration shortest = listeners.stream()
			.map(RunningListener::timeout)
			.filter(Objects::nonNull)
			.min(Comparator.naturalOrder())
			.orElse(MOST_BETWEEN_CHECKS);
		Duration check = shortest.dividedBy(20);
		if (check.compareTo(MOST_BETWEEN_CHECKS) > 0) {
			return MOST_BETWEEN_CHECKS;
		}
		return (check.compareTo(LEAST_BETWEEN_CHECKS) < 0) ? LEAST_BETWEEN_CHECKS : check;
	}

	@Override
	public void stop(Runnable callback) {
		Thread thread = new Thread(() -> {
			try {
				stop();
			}
			finally {
				callback.run();
			}
		}, "queue-stop");
		thread.start();
	}

	@Override
	public void stop() {
		this.stopping.lock();
		try {
			stopAll();
		}
		finally {
			this.stopping.unlock();
		}
	}

	private void stopAll() {
		long end = System.nanoTime() + this.instance.gracePeriod().toNanos();
		Collection<RunningListener> stopping;
		synchronized (this) {
			if (!this.running) {
				return;
			}
			this.running = false;
			stopping = List.copyOf(this.listeners);
		}
		this.memberships.values().forEach(Membership::stopHousekeeping);
		inParallel(stopping, RunningListener::stopClaiming, LONGEST_LAST_CLAIM);
		inParallel(stopping, (listener) -> listener.finish(Duration.ofNanos(Math.max(0, end - System.nanoTime()))),
				this.instance.gracePeriod().plus(RunningListener.LONGEST_FINISH));
		this.memberships.values().forEach(Membership::leave);
		Loop deadlines = this.deadlines;
		if (deadlines != null) {
			deadlines.stop(MOST_BETWEEN_CHECKS);
		}
		synchronized (this) {
			this.deadlines = null;
			this.memberships.clear();
			this.listeners.clear();
		}
	}

	private static void inParallel(Collection<RunningListener> listeners, Consumer<RunningListener> action,
			Duration patience) {
		long end = System.nanoTime() + patience.toNanos();
		List<Thread> threads = new ArrayList<>();
		for (RunningListener listener : listeners) {
			Thread thread = new Thread(() -> action.accept(listener), "queue-stop-" + listener.queue());
			thread.setDaemon(true);
			thread.start();
			threads.add(thread);
		}
		for (Thread thread : threads) {
			try {
				thread.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return;
			}
		}
	}

	@Override
	public synchronized boolean isRunning() {
		return this.running;
	}

	/**
	 * How each listener stands; empty while the registry is not running.
	 */
	public List<ListenerState> states() {
		return listeners().stream().map(RunningListener::state).toList();
	}

}
