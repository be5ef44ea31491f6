package io.github.queuestarter.listener;

import java.time.Duration;

import io.github.queuestarter.store.ClaimedMessage;
import org.jspecify.annotations.Nullable;

/**
 * One run of a handler, which others may interrupt. The interrupt never outlives the
 * attempt: the next message of the same worker does not see it.
 */
final class Attempt {

	private final ClaimedMessage message;

	private final Thread thread = Thread.currentThread();

	private final long started = System.nanoTime();

	private @Nullable Interruption interruption;

	private boolean ended;

	Attempt(ClaimedMessage message) {
		this.message = message;
	}

	ClaimedMessage message() {
		return this.message;
	}

	Duration age() {
		return Duration.ofNanos(System.nanoTime() - this.started);
	}

	/**
	 * Interrupt the handler, for the first reason that is given.
	 */
	synchronized void interrupt(Interruption why) {
		if (!this.ended && this.interruption == null) {
			this.interruption = why;
			this.thread.interrupt();
		}
	}

	/**
	 * Note that the message is given back while the handler still runs: what the handler
	 * returns must not settle it a second time.
	 * @return false if the handler has returned and its result counts
	 */
	synchronized boolean giveUp() {
		if (!this.ended) {
			this.interruption = Interruption.GIVEN_UP;
		}
		return !this.ended;
	}

	/**
	 * Whether the handler was interrupted and has not returned.
	 */
	synchronized boolean stuck() {
		return !this.ended && this.interruption != null;
	}

	/**
	 * End the attempt on the worker's own thread.
	 * @return why it was interrupted, or {@code null}
	 */
	synchronized @Nullable Interruption end() {
		this.ended = true;
		// what the handler did to its own thread ends here too
		Thread.interrupted();
		return this.interruption;
	}

	/**
	 * Why a handler is interrupted.
	 */
	enum Interruption {

		/**
		 * It took longer than {@code timeout}.
		 */
		DEADLINE,

		/**
		 * The application stops and the grace period is over.
		 */
		STOP,

		/**
		 * The consumer was fenced: someone else handles the message now.
		 */
		FENCED,

		/**
		 * The application stops and does not wait any longer: the message is given back.
		 */
		GIVEN_UP

	}

}
