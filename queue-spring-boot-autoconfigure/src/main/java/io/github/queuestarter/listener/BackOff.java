package io.github.queuestarter.listener;

import java.time.Duration;

import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * Exponential waits with jitter.
 */
final class BackOff {

	private static final int STEPS_TO_THE_TOP = 100;

	private final ExponentialBackOff backOff;

	BackOff(Duration delay, double multiplier, Duration maxDelay, double jitter) {
		this.backOff = new ExponentialBackOff(delay.toMillis(), multiplier);
		this.backOff.setMaxInterval(Math.max(1, maxDelay.toMillis()));
		this.backOff.setJitter((long) (delay.toMillis() * jitter));
	}

	static BackOff of(RetrySettings retry) {
		return new BackOff(retry.delay(), retry.multiplier(), retry.maxDelay(), retry.jitter());
	}

	/**
	 * The wait after a number of failures in a row, at least 1.
	 */
	Duration after(int failures) {
		if (this.backOff.getInitialInterval() == 0) {
			return Duration.ZERO;
		}
		BackOffExecution execution = this.backOff.start();
		long wait = 0;
		for (int i = 0; i < Math.min(failures, STEPS_TO_THE_TOP); i++) {
			wait = execution.nextBackOff();
		}
		return Duration.ofMillis(wait);
	}

}
