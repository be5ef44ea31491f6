package io.github.queuestarter.listener;

import io.github.queuestarter.Outcome;

/**
 * How an attempt ended.
 */
sealed interface HandlerResult {

	/**
	 * The handler returned.
	 */
	record Returned(Outcome outcome) implements HandlerResult {
	}

	/**
	 * The handler threw.
	 */
	record Threw(Throwable cause) implements HandlerResult {
	}

	/**
	 * The handler was never called, since its arguments could not be made from the
	 * message.
	 */
	record Unreadable(Throwable cause) implements HandlerResult {
	}

	/**
	 * The handler was interrupted at its deadline, and has returned since.
	 */
	record TimedOut() implements HandlerResult {
	}

	/**
	 * The handler was interrupted because the application stops.
	 */
	record Stopped() implements HandlerResult {
	}

	/**
	 * The process died while the message ran alone.
	 */
	record CrashedAlone() implements HandlerResult {
	}

}
