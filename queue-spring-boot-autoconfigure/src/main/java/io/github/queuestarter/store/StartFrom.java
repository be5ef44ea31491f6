package io.github.queuestarter.store;

/**
 * Where a new group starts.
 */
public enum StartFrom {

	/**
	 * With the oldest message that is still stored.
	 */
	EARLIEST,

	/**
	 * With what is sent from now on.
	 */
	LATEST

}
