package io.github.queuestarter.listener;

import java.time.Duration;

import io.github.queuestarter.Position;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * How a listener works.
 *
 * @param concurrency how many messages it handles at the same time, at least 1
 * @param prefetch how many more it claims ahead, or {@code null} to follow the measured
 * handler time
 * @param retry when a failed attempt is followed by another
 * @param maxCrashes at how many crashes a message is buried, at least 2: only a crash
 * while it runs alone tells that the message was guilty
 * @param timeout how long a handler may take, or {@code null} for as long as it wants
 * @param startFrom where a group that is made now starts
 * @param transactional whether the handler runs in a transaction of the queue's database,
 * which settles its message
 */
public record ListenerSettings(int concurrency, @Nullable Integer prefetch, RetrySettings retry, int maxCrashes,
		@Nullable Duration timeout, Position startFrom, boolean transactional) {

	public ListenerSettings {
		Assert.isTrue(concurrency >= 1, () -> "'concurrency' must be at least 1, not " + concurrency);
		Assert.isTrue(prefetch == null || prefetch >= 0, () -> "'prefetch' must not be negative: " + prefetch);
		Assert.isTrue(maxCrashes >= 2, () -> "'max-crashes' must be at least 2, not " + maxCrashes);
		Assert.isTrue(timeout == null || (!timeout.isNegative() && !timeout.isZero()),
				() -> "'timeout' must be positive, not " + timeout);
	}

	ListenerSettings withConcurrency(int concurrency) {
		return new ListenerSettings(concurrency, this.prefetch, this.retry, this.maxCrashes, this.timeout,
				this.startFrom, this.transactional);
	}

	/**
	 * The same with another start.
	 */
	public ListenerSettings withStartFrom(Position startFrom) {
		return new ListenerSettings(this.concurrency, this.prefetch, this.retry, this.maxCrashes, this.timeout,
				startFrom, this.transactional);
	}

	ListenerSettings withTransactional() {
		return new ListenerSettings(this.concurrency, this.prefetch, this.retry, this.maxCrashes, this.timeout,
				this.startFrom, true);
	}

}
