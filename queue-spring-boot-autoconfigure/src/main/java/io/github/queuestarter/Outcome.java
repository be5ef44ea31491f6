package io.github.queuestarter;

import java.time.Duration;

import org.springframework.util.Assert;

/**
 * What a handler wants to become of its message. A handler that returns nothing has said
 * {@link #done()}.
 */
public sealed interface Outcome {

	/**
	 * The message is handled.
	 */
	static Outcome done() {
		return Done.INSTANCE;
	}

	/**
	 * Deliver the message again after a while. This counts as an attempt and obeys
	 * {@code retry.max-attempts}.
	 * @param delay how long to wait; zero means at once
	 */
	static Outcome retryAfter(Duration delay) {
		return new RetryAfter(delay);
	}

	/**
	 * Deliver the message again after a while without counting an attempt.
	 * @param delay how long to wait; zero means at once
	 */
	static Outcome release(Duration delay) {
		return new Release(delay);
	}

	/**
	 * Give up on the message: it becomes a dead letter now.
	 * @param reason why, for the people who read dead letters
	 */
	static Outcome bury(String reason) {
		return new Bury(reason);
	}

	/**
	 * The message is handled.
	 */
	record Done() implements Outcome {

		private static final Done INSTANCE = new Done();

	}

	/**
	 * The message is to be delivered again; counts as an attempt.
	 *
	 * @param delay how long to wait, not negative
	 */
	record RetryAfter(Duration delay) implements Outcome {

		public RetryAfter {
			Assert.isTrue(!delay.isNegative(), "'delay' must not be negative");
		}

	}

	/**
	 * The message is to be delivered again; does not count as an attempt.
	 *
	 * @param delay how long to wait, not negative
	 */
	record Release(Duration delay) implements Outcome {

		public Release {
			Assert.isTrue(!delay.isNegative(), "'delay' must not be negative");
		}

	}

	/**
	 * The message is to become a dead letter.
	 *
	 * @param reason why, not empty
	 */
	record Bury(String reason) implements Outcome {

		public Bury {
			Assert.hasText(reason, "'reason' must not be empty");
		}

	}

}
