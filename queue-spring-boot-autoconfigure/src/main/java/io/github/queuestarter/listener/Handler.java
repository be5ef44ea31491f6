package io.github.queuestarter.listener;

import io.github.queuestarter.store.ClaimedMessage;

/**
 * Calls the application for one message and waits for the end.
 */
@FunctionalInterface
interface Handler {

	/**
	 * Handle a message; never throws.
	 */
	HandlerResult handle(ClaimedMessage message);

}
