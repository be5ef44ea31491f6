package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Finds out whether signals arrive, by sending one. It goes out through another session,
 * as those of real senders do: what a session sends to itself comes back even through a
 * pooler that swallows everything else.
 */
final class WakeupProbe {

	private final Notifier notifier;

	private final String sender;

	private final long interval;

	private final long patience;

	private long next = System.nanoTime();

	private int number;

	private boolean outstanding;

	/**
	 * When the last one was sent; 0 as long as it waits for a connection of the pool.
	 */
	private AtomicLong sentAt = new AtomicLong();

	WakeupProbe(Notifier notifier, String sender, Duration interval, Duration patience) {
		this.notifier = notifier;
		this.sender = sender;
		this.interval = interval.toNanos();
		this.patience = patience.toNanos();
	}

	boolean isToBeSent() {
		return this.next - System.nanoTime() <= 0;
	}

	/**
	 * Send one, unless one is on its way.
	 */
	void send() {
		this.next = System.nanoTime() + this.interval;
		if (!this.outstanding) {
			this.outstanding = true;
			this.sentAt = new AtomicLong();
			this.number++;
		}
		if (this.sentAt.get() == 0) {
			// Again where the last one was dropped
			AtomicLong sent = this.sentAt;
			this.notifier.send(signal(), () -> sent.set(System.nanoTime()));
		}
	}

	private Signal signal() {
		return new Signal(Signal.What.PROBE, this.sender, Integer.toString(this.number));
	}

	/**
	 * Whether a signal is the one that is outstanding.
	 */
	boolean arrives(Signal signal) {
		if (this.outstanding && signal.equals(signal())) {
			this.outstanding = false;
			return true;
		}
		return false;
	}

	boolean isLost() {
		long sent = this.sentAt.get();
		return this.outstanding && sent != 0 && System.nanoTime() - sent > this.patience;
	}

	long nanosToNext() {
		return Math.max(0, this.next - System.nanoTime());
	}

}
