package io.github.queuestarter.store;

import java.time.Duration;

import io.github.queuestarter.Failure;

import org.springframework.util.Assert;

/**
 * What becomes of a message that a consumer holds.
 */
public sealed interface Settlement {

	/**
	 * The message.
	 */
	ClaimedMessage message();

	/**
	 * The message is done.
	 */
	record Ack(ClaimedMessage message) implements Settlement {
	}

	/**
	 * The attempt failed; the message waits for its next attempt. Counts one failure.
	 *
	 * @param after how long it waits, by the store's clock
	 */
	record Retry(ClaimedMessage message, Duration after, Failure failure) implements Settlement {

		public Retry {
			Assert.isTrue(!after.isNegative(), "'after' must not be negative");
		}

	}

	/**
	 * The message is given back; no failure is counted.
	 *
	 * @param after how long it waits, by the store's clock; zero means that the next
	 * consumer has it at once
	 */
	record Release(ClaimedMessage message, Duration after) implements Settlement {

		public Release {
			Assert.isTrue(!after.isNegative(), "'after' must not be negative");
		}

	}

	/**
	 * The message becomes a dead letter of the group. Counts one failure.
	 */
	record Bury(ClaimedMessage message, Failure failure) implements Settlement {
	}

}
