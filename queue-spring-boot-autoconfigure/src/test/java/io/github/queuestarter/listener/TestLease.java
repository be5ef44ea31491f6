package io.github.queuestarter.listener;

import java.time.Duration;

/**
 * A lease that is what a test says.
 */
final class TestLease implements Lease {

	volatile String consumer = "me";

	volatile boolean valid = true;

	@Override
	public String consumer() {
		return this.consumer;
	}

	@Override
	public boolean valid() {
		return this.valid;
	}

	@Override
	public Duration invalidFor() {
		return this.valid ? Duration.ZERO : Duration.ofDays(1);
	}

}
