package io.github.queuestarter.store;

import java.time.Duration;
import java.util.Set;

/**
 * Keeps a store small.
 */
public interface Housekeeping {

	/**
	 * Remove messages that every group of their queue has finished, a bounded number per
	 * call. A queue without a group keeps its messages.
	 * @param queues the queues to look at
	 * @param keepDone how long finished messages are kept, counted from when they were
	 * sent
	 * @return how many were removed
	 */
	long removeFinished(Set<String> queues, Duration keepDone);

}
