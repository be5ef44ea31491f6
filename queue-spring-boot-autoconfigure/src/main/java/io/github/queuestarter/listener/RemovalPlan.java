package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.github.queuestarter.store.RetentionSettings;

/**
 * Which queues to remove messages from: where something happens, each time; where nothing
 * does, now and then, as messages come of age and others may have worked there.
 */
final class RemovalPlan {

	/**
	 * How much later than it may a message goes at most, in parts of the time that it is
	 * kept.
	 */
	private static final int PART_OF_AGE = 10;

	private final Duration longestRest;

	private final Map<String, Long> rests = new HashMap<>();

	RemovalPlan(Duration longestRest) {
		this.longestRest = longestRest;
	}

	boolean isDue(String queue) {
		Long end = this.rests.get(queue);
		return end == null || System.nanoTime() - end >= 0;
	}

	/**
	 * Note that something happens in a queue.
	 */
	void wake(String queue) {
		this.rests.remove(queue);
	}

	/**
	 * Note that there was nothing to remove from a queue.
	 */
	void rest(String queue, RetentionSettings retention) {
		this.rests.put(queue, System.nanoTime() + restOf(retention).toNanos());
	}

	private Duration restOf(RetentionSettings retention) {
		if (retention.lossy() && retention.maxLength() != null) {
			// it fills up whether or not anybody here settles anything
			return Duration.ZERO;
		}
		Duration rest = this.longestRest;
		if (!retention.keepDone().isZero()) {
			rest = shorter(rest, retention.keepDone().dividedBy(PART_OF_AGE));
		}
		Duration maxAge = retention.maxAge();
		return (maxAge != null) ? shorter(rest, maxAge.dividedBy(PART_OF_AGE)) : rest;
	}

	private static Duration shorter(Duration one, Duration other) {
		return (one.compareTo(other) < 0) ? one : other;
	}

}
