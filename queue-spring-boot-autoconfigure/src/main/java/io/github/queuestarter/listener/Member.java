package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

import io.github.queuestarter.store.ConsumerIds;
import io.github.queuestarter.store.GroupName;

/**
 * This instance as a consumer in one fencing domain.
 */
final class Member implements Lease {

	private final String domain;

	private final Duration expiry;

	private final ConsumerIds ids;

	private final List<RunningListener> listeners = new CopyOnWriteArrayList<>();

	private volatile String consumer;

	private volatile boolean registered;

	private volatile long confirmed;

	private volatile long unregisteredSince = System.nanoTime();

	// used by the thread of the heartbeat only
	private long tried = System.nanoTime();

	Member(String domain, Duration expiry, ConsumerIds ids) {
		this.domain = domain;
		this.expiry = expiry;
		this.ids = ids;
		this.consumer = ids.next();
	}

	String domain() {
		return this.domain;
	}

	List<RunningListener> listeners() {
		return this.listeners;
	}

	/**
	 * The groups that messages are taken from.
	 */
	Set<GroupName> groups() {
		return this.listeners.stream()
			.filter(RunningListener::claims)
			.map(RunningListener::name)
			.collect(Collectors.toSet());
	}

	@Override
	public String consumer() {
		return this.consumer;
	}

	@Override
	public boolean valid() {
		return this.registered && System.nanoTime() - this.confirmed < this.expiry.toNanos();
	}

	@Override
	public Duration invalidFor() {
		long now = System.nanoTime();
		long since = this.registered ? this.confirmed + this.expiry.toNanos() : this.unregisteredSince;
		return Duration.ofNanos(Math.max(0, now - since));
	}

	/**
	 * How long before a point in time the last confirmed heartbeat began, in nanoseconds.
	 */
	long confirmedBefore(long nanoTime) {
		return nanoTime - this.confirmed;
	}

	/**
	 * How long after a point in time the store was last asked to register the consumer,
	 * in nanoseconds: the smallest has waited longest.
	 */
	long triedAfter(long nanoTime) {
		return this.tried - nanoTime;
	}

	void triesToRegister() {
		this.tried = System.nanoTime();
	}

	boolean registered() {
		return this.registered;
	}

	/**
	 * Note that the store knew the consumer.
	 * @param began {@code System.nanoTime()} of before the store was asked
	 */
	void confirm(long began) {
		this.confirmed = began;
		this.registered = true;
	}

	/**
	 * Be a consumer no longer: no handler is started from now on.
	 * @return whether the consumer was registered
	 */
	boolean leave() {
		boolean was = this.registered;
		this.registered = false;
		return was;
	}

	/**
	 * Note that the consumer was fenced; what it ran is interrupted.
	 * @return the id that was lost
	 */
	String fenced() {
		String lost = this.consumer;
		// may have gone unconfirmed for long already
		this.unregisteredSince = System.nanoTime() - invalidFor().toNanos();
		this.registered = false;
		this.consumer = this.ids.next();
		this.listeners.forEach((listener) -> listener.abandon(lost));
		return lost;
	}

	/**
	 * Whether no part of a listener is dead.
	 */
	boolean alive() {
		return this.listeners.stream().allMatch(RunningListener::alive);
	}

}
