package io.github.queuestarter.sample;

import java.time.Instant;

/**
 * Something that was done for an order.
 *
 * @param step what
 * @param attempt in which attempt it succeeded
 * @param doneAt when
 */
record OrderStep(Name step, int attempt, Instant doneAt) {

	/**
	 * What can be done for an order.
	 */
	enum Name {

		PACKED, MAILED, PAID

	}

}
