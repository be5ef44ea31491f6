package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

import io.github.queuestarter.store.Sink;
import io.github.queuestarter.store.Subscription;

/**
 * What the two ways by which a group's messages reach its sink share, from start to stop.
 */
final class Reception {

	private final Subscription subscription;

	private final GroupKeys keys;

	private final Sink sink;

	private final Inlet inlet;

	private final Alarm alarm = new Alarm();

	private final ReentrantLock dueClaim = new ReentrantLock();

	private volatile boolean paused;

	private volatile boolean stopping;

	private volatile Runnable whenLooked = () -> {
	};

	Reception(Subscription subscription, GroupKeys keys, Sink sink) {
		this.subscription = subscription;
		this.keys = keys;
		this.sink = sink;
		this.inlet = new Inlet(sink);
	}

	Subscription subscription() {
		return this.subscription;
	}

	GroupKeys keys() {
		return this.keys;
	}

	Sink sink() {
		return this.sink;
	}

	Inlet inlet() {
		return this.inlet;
	}

	/**
	 * Held from a claim of due messages until the sink has them.
	 */
	ReentrantLock dueClaim() {
		return this.dueClaim;
	}

	/**
	 * Wait until the group goes on, the end of this reception, or the time has passed.
	 */
	void await(Duration atMost) throws InterruptedException {
		if (!this.stopping) {
			this.alarm.await(atMost);
		}
	}

	boolean isPaused() {
		return this.paused;
	}

	/**
	 * Note what a look has found.
	 * @param paused whether the group is paused
	 */
	void pause(boolean paused) {
		boolean goesOn = this.paused && !paused;
		this.paused = paused;
		if (goesOn) {
			this.alarm.ring(Duration.ZERO);
		}
		this.whenLooked.run();
	}

	/**
	 * What is to be done after each look.
	 */
	void whenLooked(Runnable action) {
		this.whenLooked = action;
	}

	/**
	 * Whether the group is not paused, and this reception not at its end.
	 */
	boolean wantsMessages() {
		return !this.paused && !this.stopping;
	}

	/**
	 * Whether messages are wanted for a consumer: it is the present one.
	 */
	boolean wantsMessagesFor(String consumer) {
		return wantsMessages() && consumer.equals(this.sink.consumer());
	}

	boolean isStopping() {
		return this.stopping;
	}

	void stop() {
		this.stopping = true;
		this.alarm.ring(Duration.ZERO);
	}

}
