package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.GroupName;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.Settlement;
import io.github.queuestarter.store.Subscription;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/**
 * One listener at work: source, intake, workers and settler.
 */
final class RunningListener {

	private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(1);

	private static final int ERRORS_TO_WORRY = 3;

	private static final Duration LAST_FLUSH = Duration.ofSeconds(4);

	/**
	 * The longest that {@link #finish} takes beyond its grace period.
	 */
	static final Duration LONGEST_FINISH = AFTER_INTERRUPT.plus(LAST_FLUSH).plusSeconds(1);

	private final ListenerDefinition definition;

	private final ListenerSettings settings;

	private final Duration heartbeatExpiry;

	/**
	 * For how long a part of this listener that is alive may show no sign of it: a call
	 * to the store, or a wait for a connection, has a limit of its own.
	 */
	private final Duration longestSilence;

	private final QueueStore store;

	private final Lease lease;

	private final List<RunningListener> companions;

	private final QueueObserver observer;

	private final Intake intake;

	private final PollState polls;

	private final ListenerSink sink;

	private final Settler settler;

	private final MessageSource source;

	private final List<Worker> workers = new ArrayList<>();

	private final List<Thread> threads = new ArrayList<>();

	private final Vital pollerVital = new Vital();

	private final Vital settlerVital = new Vital();

	private volatile boolean othersAreThere;

	private volatile boolean stopping;

	RunningListener(ListenerPlan plan, InstanceSettings instance, Lease lease, List<RunningListener> companions,
			Isolation isolation, QueueObserver observer, ObservationRegistry observations) {
		this.definition = plan.definition();
		this.settings = plan.settings();
		this.store = plan.store();
		this.heartbeatExpiry = instance.heartbeatExpiry();
		this.longestSilence = instance.heartbeatExpiry().plus(this.store.longestCall());
		this.lease = lease;
		this.companions = companions;
		this.observer = observer;
		Prefetch prefetch = new Prefetch(this.settings.concurrency(), this.settings.prefetch());
		this.intake = new Intake(this.settings.concurrency(), prefetch);
		String queue = this.definition.queue();
		String group = this.definition.group();
		this.polls = new PollState(this.store.backend(), queue, group, observer);
		this.sink = new ListenerSink(lease, this.intake, this.polls, this.pollerVital, this::giveBack);
		this.settler = new Settler(this.store, queue, group, observer, this.settlerVital, this.sink::forget);
		Handler handler = new ObservedHandler(this.definition.handler(), this.store.backend(), observations);
		SettlementPolicy policy = new SettlementPolicy(this.settings, this.definition.permanent());
		Transactional transactional = (plan.transactions() != null)
				? new Transactional(plan.transactions(), instance.heartbeatExpiry(), policy, this.settler) : null;
		Dropping dropping = this.definition.ephemeral() ? new Dropping(this.store.backend(), observer) : null;
		ThreadFactory threadFactory = Threads.named("queue-" + queue + "/" + group + "-", instance.virtualThreads());
		for (int i = 0; i < this.settings.concurrency(); i++) {
			Worker worker = new Worker(this.intake, lease, policy, handler, this.store, this.sink, this.settler,
					isolation, prefetch, transactional, dropping, observer);
			this.workers.add(worker);
			this.threads.add(threadFactory.newThread(worker));
		}
		this.source = this.store.reader()
			.open(new Subscription(queue, group, this.settings.startFrom(), instance.application(),
					this.settings.transactional(), this.definition.ephemeral()), this.sink);
	}

	String queue() {
		return this.definition.queue();
	}

	/**
	 * The group that it takes messages from.
	 */
	GroupName name() {
		return new GroupName(queue(), this.definition.group());
	}

	ListenerDefinition definition() {
		return this.definition;
	}

	void start() {
		this.settler.start();
		this.threads.forEach(Thread::start);
		this.companions.add(this);
		this.source.start();
		this.observer.on(new QueueEvent.ListenerStarted(this.store.backend(), queue(), this.definition.group(),
				this.settings.concurrency()));
	}

	/**
	 * Whether it takes more messages.
	 */
	boolean claims() {
		return !this.stopping;
	}

	/**
	 * Whether messages were settled since this was asked last.
	 */
	boolean settledAny() {
		return this.settler.settledAny();
	}

	/**
	 * Stop claiming and give back what is not started.
	 */
	void stopClaiming() {
		this.stopping = true;
		this.intake.close().forEach((held) -> giveBack(held.message()));
		this.source.stop();
	}

	/**
	 * Let the handlers finish, interrupt those that don't, and settle.
	 * @param grace how long they may go on
	 */
	void finish(Duration grace) {
		try {
			if (!this.intake.awaitIdle(grace)) {
				attempts().forEach((attempt) -> attempt.interrupt(Attempt.Interruption.STOP));
				this.intake.awaitIdle(AFTER_INTERRUPT);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		attempts().filter(Attempt::giveUp).forEach((attempt) -> giveBack(attempt.message()));
		this.settler.stop(LAST_FLUSH);
		this.observer.on(new QueueEvent.ListenerStopped(this.store.backend(), queue(), this.definition.group()));
	}

	/**
	 * Give up what a consumer id held that was fenced.
	 */
	void abandon(String consumer) {
		attempts().filter((attempt) -> attempt.message().consumer().equals(consumer))
			.forEach((attempt) -> attempt.interrupt(Attempt.Interruption.FENCED));
	}

	void interruptOverdue() {
		Duration timeout = this.settings.timeout();
		if (timeout != null) {
			attempts().filter((attempt) -> attempt.age().compareTo(timeout) > 0)
				.forEach((attempt) -> attempt.interrupt(Attempt.Interruption.DEADLINE));
		}
	}

	@Nullable Duration timeout() {
		return this.settings.timeout();
	}

	/**
	 * Note whether another instance takes messages from the same group.
	 */
	void othersAreThere(boolean othersAreThere) {
		this.othersAreThere = othersAreThere;
	}

	/**
	 * Give back what has waited too long for a worker, if someone else could take it.
	 */
	void releaseWaiting(Duration longest) {
		if (this.othersAreThere && !this.stopping) {
			this.intake.removeOlderThan(System.nanoTime() - longest.toNanos())
				.forEach((held) -> giveBack(held.message()));
		}
	}

	/**
	 * Never waits: the heartbeat and a stop must not hang on a store that does not
	 * settle. What is not known any more is found and given back by the source, or at
	 * sign-off.
	 */
	private void giveBack(ClaimedMessage message) {
		if (!this.settler.offer(new Settlement.Release(message, Duration.ZERO))) {
			this.sink.forget(message);
		}
	}

	/**
	 * Whether no part of this listener is dead. A handler that runs is not judged.
	 */
	boolean alive() {
		return this.stopping || (this.pollerVital.alive(this.longestSilence)
				&& this.settlerVital.alive(this.longestSilence) && threadsAreAlive());
	}

	private boolean threadsAreAlive() {
		return this.settler.isAlive() && this.threads.stream().allMatch(Thread::isAlive);
	}

	ListenerState state() {
		List<Attempt> attempts = attempts().toList();
		return new ListenerState(this.definition.id(), queue(), this.definition.group(), this.store.backend(),
				this.settings.concurrency(), !this.stopping && threadsAreAlive(), isPolling(), this.lease.valid(),
				this.polls.lastSuccess(), this.polls.errors(), this.polls.lastError(),
				this.settler.consecutiveFailures() < ERRORS_TO_WORRY, attempts.size(),
				(int) attempts.stream().filter(Attempt::stuck).count(),
				attempts.stream().map(Attempt::age).max(Duration::compareTo).orElse(Duration.ZERO));
	}

	/**
	 * Who could not confirm its heartbeat for so long claims nothing, and may not know of
	 * any error.
	 */
	private boolean isPolling() {
		return this.pollerVital.alive(this.longestSilence) && this.polls.errors() < ERRORS_TO_WORRY
				&& this.lease.invalidFor().compareTo(this.heartbeatExpiry) < 0;
	}

	private Stream<Attempt> attempts() {
		return this.workers.stream().map(Worker::attempt).filter(Objects::nonNull);
	}

}
