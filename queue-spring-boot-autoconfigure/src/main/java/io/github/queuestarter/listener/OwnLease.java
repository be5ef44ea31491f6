package io.github.queuestarter.listener;

import java.time.Duration;

import io.github.queuestarter.store.Subscription;

/**
 * The lease of a listener that reads for its instance alone. Nobody else could get what
 * it holds, so nobody can take it away.
 */
final class OwnLease implements Lease {

	@Override
	public String consumer() {
		return Subscription.EPHEMERAL;
	}

	@Override
	public boolean valid() {
		return true;
	}

	@Override
	public Duration invalidFor() {
		return Duration.ZERO;
	}

}
