package io.github.queuestarter.benchmarks;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what was handled and tells when it is all. Notices what comes twice or not at
 * all, by the sum of the numbers.
 */
public final class Handled {

	private static final Duration PATIENCE = Duration.ofMinutes(5);

	private volatile long expected;

	private final AtomicLong count = new AtomicLong();

	private final AtomicLong sum = new AtomicLong();

	private final CountDownLatch all = new CountDownLatch(1);

	private volatile long firstAt;

	private volatile long lastAt;

	public Handled(long expected) {
		this.expected = expected;
	}

	/**
	 * One that does not know yet how many will come; see {@link #expect}.
	 */
	public static Handled withoutEnd() {
		return new Handled(Long.MAX_VALUE);
	}

	/**
	 * Say how many there are, once all are sent.
	 */
	public void expect(long messages) {
		this.expected = messages;
		if (this.count.get() == messages) {
			this.lastAt = System.nanoTime();
			this.all.countDown();
		}
	}

	/**
	 * Note a message.
	 * @param number its number, from 0
	 */
	public void add(long number) {
		this.sum.addAndGet(number);
		long n = this.count.incrementAndGet();
		if (n == 1) {
			this.firstAt = System.nanoTime();
		}
		if (n == this.expected) {
			this.lastAt = System.nanoTime();
			this.all.countDown();
		}
	}

	/**
	 * Whether all have come.
	 */
	public boolean isComplete() {
		return this.all.getCount() == 0;
	}

	public long count() {
		return this.count.get();
	}

	/**
	 * Wait until all have come, for as long as some do.
	 */
	public void await() throws InterruptedException {
		long before = this.count.get();
		while (!this.all.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
			long now = this.count.get();
			if (now == before) {
				throw new IllegalStateException(now + " of " + this.expected + " messages were handled");
			}
			before = now;
		}
	}

	/**
	 * Messages per second from the first to the last one.
	 */
	public double rate() {
		return this.expected * 1e9 / (this.lastAt - this.firstAt);
	}

	/**
	 * Messages per second from the first one to now.
	 */
	public double rateUntilNow() {
		return this.expected * 1e9 / (System.nanoTime() - this.firstAt);
	}

	/**
	 * Raise an error unless the numbers from 0 came once each.
	 */
	public void requireEachOnce() {
		long right = this.expected * (this.expected - 1) / 2;
		if (this.count.get() != this.expected || this.sum.get() != right) {
			throw new IllegalStateException(
					"%d messages were handled instead of %d, the sum of their numbers is %d instead of %d"
						.formatted(this.count.get(), this.expected, this.sum.get(), right));
		}
	}

}
