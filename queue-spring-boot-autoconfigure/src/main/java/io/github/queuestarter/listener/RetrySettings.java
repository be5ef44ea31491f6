package io.github.queuestarter.listener;

import java.time.Duration;

import org.springframework.util.Assert;

/**
 * When a failed attempt is followed by another.
 *
 * @param maxAttempts how many attempts a message has, at least 1
 * @param delay how long to wait after the first failure, not negative
 * @param multiplier how much longer after each further failure, at least 1
 * @param maxDelay the longest wait
 * @param jitter by which part of itself a wait varies at random, 0 to 1
 */
public record RetrySettings(int maxAttempts, Duration delay, double multiplier, Duration maxDelay, double jitter) {

	public RetrySettings {
		Assert.isTrue(maxAttempts >= 1, () -> "'retry.max-attempts' must be at least 1, not " + maxAttempts);
		Assert.isTrue(!delay.isNegative(), () -> "'retry.delay' must not be negative: " + delay);
		Assert.isTrue(multiplier >= 1, () -> "'retry.multiplier' must be at least 1, not " + multiplier);
		Assert.isTrue(maxDelay.compareTo(delay) >= 0,
				() -> "'retry.max-delay' (" + maxDelay + ") must not be less than 'retry.delay' (" + delay + ")");
		Assert.isTrue(jitter >= 0 && jitter <= 1, () -> "'retry.jitter' must be between 0 and 1, not " + jitter);
	}

}
