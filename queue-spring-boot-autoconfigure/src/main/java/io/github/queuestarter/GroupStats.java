package io.github.queuestarter;

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
 */
public record GroupStats(String queue, String group, String backend, boolean paused, Count ready, Count inFlight,
		Count retrying, Count scheduled, Count deadLetters) {

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
