package io.github.queuestarter.core;

import java.security.SecureRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes message ids: UUIDs of version 7 (RFC 9562), whose order is roughly the order of
 * sending. The random part is drawn once per process and then counted on, since drawing
 * it for each message would cost more than sending one.
 */
final class MessageIds {

	private static final long VERSION = 0x7000L;

	private static final long VARIANT = 0x8000_0000_0000_0000L;

	private static final long LOW_BITS = 0x3fff_ffff_ffff_ffffL;

	private final long process;

	private final AtomicLong counter;

	MessageIds() {
		SecureRandom random = new SecureRandom();
		this.process = random.nextLong() & 0x0fff;
		this.counter = new AtomicLong(random.nextLong());
	}

	String next() {
		long high = (System.currentTimeMillis() << 16) | VERSION | this.process;
		long low = VARIANT | (this.counter.getAndIncrement() & LOW_BITS);
		return new UUID(high, low).toString();
	}

}
