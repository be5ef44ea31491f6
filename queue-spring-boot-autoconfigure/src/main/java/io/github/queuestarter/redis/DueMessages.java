package io.github.queuestarter.redis;

import java.time.Duration;

import io.github.queuestarter.store.Sink;
import org.jspecify.annotations.Nullable;

/**
 * Brings the due messages of one group to its sink.
 */
final class DueMessages {

	// The sink does not tell when it has room again
	private static final Duration ROOM_CHECK = Duration.ofMillis(10);

	private static final int MOST_FAILURES = 10;

	private static final int FAILURES_TO_TELL = 3;

	private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(5);

	private final Reception reception;

	private final DueClaims claims;

	private final Duration pollInterval;

	private final Events events;

	private long nextLook = System.nanoTime();

	private long nextClaim = System.nanoTime();

	private Sink.@Nullable Room uselessRoom;

	private int failures;

	private volatile @Nullable String finding;

	DueMessages(Reception reception, DueClaims claims, Duration pollInterval, Events events) {
		this.reception = reception;
		this.claims = claims;
		this.pollInterval = pollInterval;
		this.events = events;
	}

	boolean receives(String queue) {
		return this.reception.subscription().queue().equals(queue);
	}

	boolean receives(String queue, String group) {
		return receives(queue) && this.reception.subscription().group().equals(group);
	}

	void pause(boolean paused) {
		this.reception.pause(paused);
	}

	synchronized void lookWithin(Duration time) {
		long at = System.nanoTime() + time.toNanos();
		if (at - this.nextLook < 0) {
			this.nextLook = at;
		}
	}

	/**
	 * Ask when the next message is due, if it is about time to look.
	 * @param early how long before its time a look may come
	 * @return the question, or {@code null}; {@link #sawAhead} or {@link #sawNothing}
	 * must follow it
	 */
	@Nullable ScriptCall lookAhead(Duration early) {
		return (this.uselessRoom == null && beginLook(early)) ? this.claims.lookAhead() : null;
	}

	void sawAhead(Reply answer) {
		this.reception.pause(answer.flag(0));
		long next = answer.number(1);
		if (answer.flag(0) || next != 0) {
			// there is nothing to claim
			worked();
		}
		if (!answer.flag(0) && next >= 0) {
			lookWithin(Duration.ofMillis(next));
		}
	}

	void sawNothing() {
		lookWithin(Duration.ZERO);
	}

	/**
	 * Claim what is due and hand it over, if it is time to.
	 * @return when to call again
	 */
	Duration look() {
		if (beginLook(Duration.ZERO)) {
			lookWithin(lookNow());
		}
		synchronized (this) {
			return Duration.ofNanos(Math.max(0, this.nextLook - System.nanoTime()));
		}
	}

	synchronized boolean isTimeToLook(Duration early) {
		return this.nextLook - System.nanoTime() <= early.toNanos();
	}

	private synchronized boolean beginLook(Duration early) {
		boolean begins = isTimeToLook(early);
		if (begins) {
			this.nextLook = System.nanoTime() + this.pollInterval.toNanos();
		}
		return begins;
	}

	private Duration lookNow() {
		try {
			Duration next = claim();
			worked();
			return next;
		}
		catch (Throwable ex) {
			String warning = "Could not claim due messages of group '%s' of queue '%s' (%s). Trying again.".formatted(
					this.reception.subscription().group(), this.reception.subscription().queue(), ex.getMessage());
			if (this.failures++ == 0 && !this.reception.isStopping()) {
				this.events.warn(warning);
			}
			if (this.failures >= FAILURES_TO_TELL) {
				this.finding = warning;
			}
			Duration backOff = backOff();
			synchronized (this) {
				this.nextLook = System.nanoTime() + backOff.toNanos();
			}
			return backOff;
		}
	}

	private void worked() {
		this.failures = 0;
		this.finding = null;
	}

	/**
	 * What someone should look into, if claims fail again and again.
	 */
	@Nullable String finding() {
		return this.finding;
	}

	private Duration backOff() {
		Duration longest = (this.pollInterval.compareTo(LONGEST_BACK_OFF) > 0) ? this.pollInterval : LONGEST_BACK_OFF;
		Duration wait = this.pollInterval.multipliedBy(Math.min(this.failures, MOST_FAILURES));
		return (wait.compareTo(longest) < 0) ? wait : longest;
	}

	private Duration claim() {
		Sink.Room room = this.reception.sink().roomForDue();
		if (room.equals(this.uselessRoom) && this.nextClaim - System.nanoTime() > 0) {
			return ROOM_CHECK;
		}
		DueClaims.Round round;
		this.reception.dueClaim().lock();
		try {
			round = this.claims.claim(this.reception.sink().consumer(), room);
			if (!round.messages().isEmpty()) {
				this.reception.inlet().passDue(round.messages());
			}
		}
		finally {
			this.reception.dueClaim().unlock();
		}
		this.reception.pause(round.paused());
		boolean waitsForRoom = round.moreDueNow() && round.messages().isEmpty();
		this.uselessRoom = waitsForRoom ? room : null;
		this.nextClaim = System.nanoTime() + this.pollInterval.toNanos();
		return waitsForRoom ? ROOM_CHECK : round.next(this.pollInterval);
	}

}
