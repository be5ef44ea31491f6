package io.github.queuestarter;

import java.time.Duration;

/**
 * How a group of a queue stands.
 *
 * @param queue the queue
 * @param group the group
 * @param backend the queue's store, {@code redis} or {@code postgres}
 * @param paused whether the group is paused
 * @param ready sent, not yet delivered to the group (its lag)
 * @param inFlight delivered, not settled
 * @param retrying waiting for the next attempt
 * @param scheduled sent to the queue with a delay that has not passed; the same for all
 * groups of the queue
 * @param deadLetters given up on by the group
 * @param idle for how long nobody has read as the group, by the store's clock, give or
 * take a minute
 */
public record GroupStats(String queue, String group, String backend, boolean paused, Count ready, Count inFlight,
		Count retrying, Count scheduled, Count deadLetters, Duration idle) {

	private static final Duration DORMANT = Duration.ofHours(1);

	/**
	 * Whether nobody has read as the group for over an hour although it has messages.
	 * They are kept for it, and those sent later as well.
	 */
	public boolean dormant() {
		return this.idle.compareTo(DORMANT) > 0 && (mayBeSome(this.ready) || mayBeSome(pending()));
	}

	private static boolean mayBeSome(Count count) {
		return count.value() > 0 || count.precision() == Count.Precision.UNKNOWN;
	}

	/**
	 * In flight and retrying together.
	 */
	public Count pending() {
		if (this.inFlight.precision() == Count.Precision.UNKNOWN
				|| this.retrying.precision() == Count.Precision.UNKNOWN) {
			return Count.unknown();
		}
		long sum = this.inFlight.value() + this.retrying.value();
		boolean exact = this.inFlight.precision() == Count.Precision.EXACT
				&& this.retrying.precision() == Count.Precision.EXACT;
		return exact ? Count.exactly(sum) : Count.atLeast(sum);
	}

}
