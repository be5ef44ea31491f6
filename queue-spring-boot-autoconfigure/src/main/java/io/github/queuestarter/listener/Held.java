package io.github.queuestarter.listener;

import io.github.queuestarter.store.ClaimedMessage;

/**
 * A message that this instance holds and has not started.
 *
 * @param message the message
 * @param due whether it came as a due one
 * @param since {@code System.nanoTime()} of when it was claimed
 */
record Held(ClaimedMessage message, boolean due, long since) {

	/**
	 * Whether the process of an earlier consumer of it died.
	 */
	boolean suspect() {
		return this.message.crashes() > 0;
	}

}
