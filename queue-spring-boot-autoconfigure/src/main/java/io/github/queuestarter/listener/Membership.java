package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.ConsumerIds;
import io.github.queuestarter.store.Consumers.Beat;
import io.github.queuestarter.store.Consumers.Rescued;
import io.github.queuestarter.store.Consumers.Self;
import io.github.queuestarter.store.GroupName;
import io.github.queuestarter.store.QueueStore;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * This instance among the consumers of one store: it registers, beats, notices that it
 * was fenced, fences who is silent, and rescues what the gone have left.
 */
final class Membership {

	private static final Log logger = LogFactory.getLog(Membership.class);

	private static final Duration STOP_PATIENCE = Duration.ofSeconds(2);

	private static final Duration LEAVE_PATIENCE = Duration.ofSeconds(5);

	private final QueueStore store;

	private final InstanceSettings settings;

	private final Housekeeper keeper;

	private final QueueObserver observer;

	private final ConsumerIds ids = new ConsumerIds();

	private final Map<String, Member> members = new ConcurrentHashMap<>();

	private final List<RunningListener> ownReaders = new CopyOnWriteArrayList<>();

	private final Set<String> silenced = ConcurrentHashMap.newKeySet();

	private final SilenceWatch watch;

	private final Loop heartbeat;

	private final Loop rescuer;

	private final Loop housekeeper;

	Membership(QueueStore store, InstanceSettings settings, Housekeeper keeper, QueueObserver observer) {
		this.store = store;
		this.settings = settings;
		this.keeper = keeper;
		this.observer = observer;
		this.watch = new SilenceWatch(settings.heartbeatExpiry(), settings.heartbeatInterval().multipliedBy(2));
		String backend = store.backend();
		// keeps the process alive: with virtual threads everything else is a daemon
		this.heartbeat = new Loop("queue-heartbeat-" + backend, false, this::beat);
		this.rescuer = new Loop("queue-rescue-" + backend, true, this::rescue);
		this.housekeeper = new Loop("queue-housekeeping-" + backend, true, this::keepHouse);
	}

	void start() {
		this.heartbeat.start();
		this.rescuer.start();
		this.housekeeper.start();
	}

	/**
	 * The member for a queue.
	 */
	Member memberFor(String queue) {
		return this.members.computeIfAbsent(this.store.consumers().domainOf(queue),
				(domain) -> new Member(domain, this.settings.heartbeatExpiry(), this.ids));
	}

	/**
	 * Listeners that read for this instance alone. They hold nothing in the store, so
	 * they are no part of its membership; what they read is looked after like the rest.
	 */
	List<RunningListener> ownReaders() {
		return this.ownReaders;
	}

	/**
	 * Register now rather than at the next beat.
	 */
	void hurry() {
		this.heartbeat.wake();
	}

	/**
	 * Stop fencing and rescuing, go on beating.
	 */
	void stopHousekeeping() {
		this.housekeeper.stop(STOP_PATIENCE);
		this.rescuer.stop(STOP_PATIENCE);
	}

	/**
	 * Give back what is still held, and leave. A store that does not answer is not waited
	 * for long: the application is to end.
	 */
	void leave() {
		boolean answers = this.heartbeat.stop(STOP_PATIENCE);
		List<Member> leaving = this.members.values().stream().filter(Member::leave).toList();
		if (answers) {
			Thread thread = new Thread(() -> leaving.forEach(this::signOff), "queue-leave-" + this.store.backend());
			thread.setDaemon(true);
			thread.start();
			try {
				thread.join(LEAVE_PATIENCE.toMillis());
				answers = !thread.isAlive();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
		if (!answers && !leaving.isEmpty()) {
			logger.warn("Could not sign off from " + this.store.backend() + ", which does not answer."
					+ " What this instance held is rescued after 'queue.heartbeat.expiry'.");
		}
	}

	private void signOff(Member member) {
		try {
			this.store.consumers().retire(member.domain(), member.consumer());
		}
		catch (RuntimeException ex) {
			logger.warn("Could not sign off consumer '" + member.consumer() + "' from " + this.store.backend() + " ("
					+ ex.getMessage() + "). What it held is rescued after 'queue.heartbeat.expiry'.");
		}
	}

	private Duration beat() {
		List<Member> alive = this.members.values().stream().filter(this::isAlive).toList();
		List<Member> beating = alive.stream().filter(Member::registered).toList();
		boolean beat = true;
		try {
			if (!beating.isEmpty()) {
				beatTogether(beating);
			}
			releaseWhatWaitsTooLong(beating);
		}
		catch (RuntimeException ex) {
			this.watch.lostContact();
			this.observer.on(new QueueEvent.HeartbeatFailed(this.store.backend(), ex));
			beat = false;
		}
		// also when all who beat have failed: a domain may be on a shard that answers
		boolean registered = register(alive.stream().filter((member) -> !member.registered()).toList());
		return (beat && registered) ? this.settings.heartbeatInterval()
				: this.settings.heartbeatInterval().dividedBy(5);
	}

	private boolean isAlive(Member member) {
		boolean alive = member.alive();
		if (alive) {
			this.silenced.remove(member.domain());
		}
		else if (this.silenced.add(member.domain())) {
			logger.error("A listener on " + this.store.backend() + " (" + member.domain()
					+ ") has a part that is dead or"
					+ " hangs, so this instance stops its heartbeat there: what it holds is to be handled by others");
		}
		return alive;
	}

	/**
	 * Register those who are not; a domain that refuses does not keep the others waiting.
	 * One that hangs must not cost the registered ones their next heartbeat: who has no
	 * turn for it comes first the next time.
	 * @return whether all are registered
	 */
	private boolean register(List<Member> members) {
		RuntimeException failure = null;
		boolean all = true;
		long now = System.nanoTime();
		long end = now + this.settings.heartbeatInterval().toNanos();
		for (Member member : members.stream().sorted(Comparator.comparingLong((one) -> one.triedAfter(now))).toList()) {
			if (System.nanoTime() - end >= 0) {
				all = false;
				break;
			}
			try {
				member.triesToRegister();
				long began = System.nanoTime();
				this.store.consumers().register(member.domain(), member.consumer());
				member.confirm(began);
			}
			catch (RuntimeException ex) {
				failure = ex;
			}
		}
		if (failure != null) {
			this.observer.on(new QueueEvent.HeartbeatFailed(this.store.backend(), failure));
		}
		return all && failure == null;
	}

	private void beatTogether(List<Member> beating) {
		try {
			beat(beating);
		}
		catch (RuntimeException ex) {
			if (beating.size() == 1 || !beatOneByOne(beating)) {
				throw ex;
			}
			this.observer.on(new QueueEvent.HeartbeatFailed(this.store.backend(), ex));
		}
	}

	/**
	 * A domain that fails, as those of one shard do when it is down, must not cost the
	 * others their registration. Those that went well last come first.
	 * @return whether any of them went well
	 */
	private boolean beatOneByOne(List<Member> beating) {
		long end = System.nanoTime() + this.settings.heartbeatInterval().toNanos();
		boolean any = false;
		// one "now" for all: an order that moves while it is sorted by is none
		long now = System.nanoTime();
		for (Member member : beating.stream()
			.sorted(Comparator.comparingLong((one) -> one.confirmedBefore(now)))
			.toList()) {
			if (System.nanoTime() - end < 0) {
				try {
					beat(List.of(member));
					any = true;
					continue;
				}
				catch (RuntimeException ex) {
					logger.debug("Heartbeat of " + member.domain() + " failed", ex);
				}
			}
			this.watch.lostContact(member.domain());
		}
		return any;
	}

	private void beat(List<Member> beating) {
		Map<String, Self> selves = new LinkedHashMap<>();
		beating.forEach((member) -> selves.put(member.domain(), new Self(member.consumer(), member.groups())));
		long began = System.nanoTime();
		Map<String, Beat> beats = this.store.consumers().beat(selves);
		for (Member member : beating) {
			Beat beat = beats.get(member.domain());
			if (beat == null) {
				continue;
			}
			this.watch.saw(member.domain(), beat.others(), System.nanoTime());
			if (beat.registered()) {
				member.confirm(began);
				member.listeners()
					.forEach((listener) -> listener.othersAreThere(beat.shared().contains(listener.name())));
			}
			else {
				String lost = member.fenced();
				this.observer.on(new QueueEvent.LostRegistration(this.store.backend(), member.domain(), lost,
						member.consumer()));
				this.heartbeat.wake();
			}
		}
		if (!this.watch.silent(System.nanoTime()).isEmpty()) {
			this.rescuer.wake();
		}
	}

	private void releaseWhatWaitsTooLong(Collection<Member> members) {
		members.forEach((member) -> member.listeners()
			.forEach((listener) -> listener.releaseWaiting(this.settings.heartbeatInterval())));
	}

	private Duration rescue() {
		List<Member> valid = this.members.values().stream().filter(Member::valid).toList();
		try {
			for (SilenceWatch.Silent silent : this.watch.silent(System.nanoTime())) {
				Member self = this.members.get(silent.domain());
				if (self != null && self.valid() && this.store.consumers()
					.fence(silent.domain(), self.consumer(), silent.consumer(), silent.counter())) {
					this.observer.on(new QueueEvent.Fenced(this.store.backend(), silent.domain(), silent.consumer()));
				}
			}
			if (!valid.isEmpty()) {
				List<String> domains = valid.stream().map(Member::domain).toList();
				for (Rescued rescued : this.store.consumers().rescue(domains)) {
					this.observer.on(new QueueEvent.Rescued(this.store.backend(), rescued.queue(), rescued.group(),
							rescued.count()));
				}
			}
		}
		catch (RuntimeException ex) {
			logger.debug("Could not look for messages to rescue in " + this.store.backend(), ex);
		}
		return this.settings.heartbeatInterval();
	}

	private Duration keepHouse() {
		Stream<RunningListener> members = this.members.values()
			.stream()
			.filter(Member::valid)
			.flatMap((member) -> member.listeners().stream());
		List<RunningListener> listeners = Stream.concat(members, this.ownReaders.stream()).toList();
		listeners.stream()
			.filter(RunningListener::settledAny)
			.map(RunningListener::queue)
			.forEach(this.keeper::settled);
		List<GroupName> listening = listeners.stream().map(RunningListener::name).toList();
		return this.keeper.round(listening, this.housekeeper::isStopped);
	}

}
