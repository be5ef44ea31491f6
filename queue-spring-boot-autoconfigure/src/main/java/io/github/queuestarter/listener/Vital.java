package io.github.queuestarter.listener;

import java.time.Duration;

/**
 * Shows that a part of a listener is alive: it ticked lately, or waits for something to
 * do.
 */
final class Vital {

	private volatile long lastTick = System.nanoTime();

	private volatile boolean waiting;

	void tick() {
		this.lastTick = System.nanoTime();
	}

	void waits() {
		this.waiting = true;
	}

	void works() {
		this.lastTick = System.nanoTime();
		this.waiting = false;
	}

	boolean alive(Duration expiry) {
		return this.waiting || System.nanoTime() - this.lastTick < expiry.toNanos();
	}

}
