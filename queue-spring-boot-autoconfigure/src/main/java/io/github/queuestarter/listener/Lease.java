package io.github.queuestarter.listener;

import java.time.Duration;

/**
 * What a consumer is allowed to do by the last confirmed heartbeat.
 */
interface Lease {

	/**
	 * The consumer id of now.
	 */
	String consumer();

	/**
	 * Whether the consumer of now is registered and its last confirmed heartbeat began
	 * less than the expiry ago.
	 */
	boolean valid();

	/**
	 * For how long it has not been valid; zero if it is.
	 */
	Duration invalidFor();

}
