package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.ConsumerIds;
import io.github.queuestarter.store.Consumers.Beat;
import io.github.queuestarter.store.Consumers.Rescued;
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

	private final QueueStore store;

	private final InstanceSettings settings;

	private final ListenerSettingsSource retention;

	private final QueueObserver observer;

	private final ConsumerIds ids = new ConsumerIds();

	private final Map<String, Member> members = new ConcurrentHashMap<>();

	private final SilenceWatch watch;

	private final Loop heartbeat;

	private final Loop rescuer;

	private final Loop housekeeper;

	Membership(QueueStore store, InstanceSettings settings, ListenerSettingsSource retention, QueueObserver observer) {
		this.store = store;
		this.settings = settings;
		this.retention = retention;
		this.observer = observer;
		this.watch = new SilenceWatch(settings.heartbeatExpiry());
		String backend = store.backend();
		// keeps the process alive: with virtual threads everything else is a daemon
		this.heartbeat = new Loop("queue-heartbeat-" + backend, false, this::beat);
		this.rescuer = new Loop("queue-rescue-" + backend, true, this::rescue);
		this.housekeeper = new Loop("queue-housekeeping-" + backend, true, this::removeFinished);
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
	 * Give back what is still held, and leave.
	 */
	void leave() {
		this.heartbeat.stop(STOP_PATIENCE);
		for (Member member : this.members.values()) {
			try {
				if (member.registered()) {
					this.store.consumers().retire(member.domain(), member.consumer());
				}
			}
			catch (RuntimeException ex) {
				logger.warn("Could not sign off consumer '" + member.consumer() + "' from " + this.store.backend()
						+ " (" + ex.getMessage() + "). What it held is rescued after 'queue.heartbeat.expiry'.");
			}
		}
	}

	private Duration beat() {
		List<Member> beating = this.members.values().stream().filter(Member::alive).toList();
		try {
			for (Member member : beating) {
				if (!member.registered()) {
					long began = System.nanoTime();
					this.store.consumers().register(member.domain(), member.consumer());
					member.confirm(began);
				}
			}
			if (!beating.isEmpty()) {
				beat(beating);
			}
		}
		catch (RuntimeException ex) {
			this.watch.lostContact();
			this.observer.on(new QueueEvent.HeartbeatFailed(this.store.backend(), ex));
			return this.settings.heartbeatInterval().dividedBy(5);
		}
		releaseWhatWaitsTooLong(beating);
		return this.settings.heartbeatInterval();
	}

	private void beat(List<Member> beating) {
		Map<String, String> consumers = new LinkedHashMap<>();
		beating.forEach((member) -> consumers.put(member.domain(), member.consumer()));
		long began = System.nanoTime();
		Map<String, Beat> beats = this.store.consumers().beat(consumers);
		for (Member member : beating) {
			Beat beat = beats.get(member.domain());
			if (beat == null) {
				continue;
			}
			this.watch.saw(member.domain(), beat.others(), System.nanoTime());
			if (beat.registered()) {
				member.confirm(began);
				member.listeners().forEach((listener) -> listener.othersAreThere(!beat.others().isEmpty()));
			}
			else {
				String lost = member.fenced();
				this.observer.on(new QueueEvent.LostRegistration(this.store.backend(), member.domain(), lost,
						member.consumer()));
				this.heartbeat.wake();
			}
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

	private Duration removeFinished() {
		TreeSet<String> queues = new TreeSet<>();
		this.members.values()
			.stream()
			.filter(Member::valid)
			.flatMap((member) -> member.listeners().stream())
			.forEach((listener) -> queues.add(listener.queue()));
		if (queues.isEmpty()) {
			return this.settings.housekeepingInterval();
		}
		try {
			List<String> left = new ArrayList<>(queues);
			while (!left.isEmpty() && !this.housekeeper.isStopped()) {
				left.removeIf((queue) -> removeFinished(queue) == 0);
			}
		}
		catch (RuntimeException ex) {
			logger.debug("Could not remove finished messages from " + this.store.backend(), ex);
		}
		return this.settings.housekeepingInterval();
	}

	private long removeFinished(String queue) {
		long removed = this.store.housekeeping().removeFinished(Set.of(queue), this.retention.keepDone(queue));
		if (removed > 0) {
			this.observer.on(new QueueEvent.Removed(this.store.backend(), queue, removed));
		}
		return removed;
	}

}
