package io.github.queuestarter.store;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * How long the messages of a queue are kept. Ages count from when a message was sent, or
 * became due if it was scheduled, by the store's clock.
 *
 * @param keepDone how long messages are kept that all groups have finished
 * @param maxAge at what age finished messages go in any case, or {@code null}
 * @param maxLength how many of the newest messages are kept; finished ones beyond go in
 * any case; or {@code null}
 * @param lossy whether {@code maxAge} and {@code maxLength} also hold for messages that
 * some group has not claimed yet; those that any group has in flight or retrying stay
 * @param unclaimed how long a queue without a group keeps its messages
 */
public record RetentionSettings(Duration keepDone, @Nullable Duration maxAge, @Nullable Long maxLength, boolean lossy,
		Duration unclaimed) {

	/**
	 * How long messages are kept at least, if no limit says otherwise, while somebody
	 * reads without a group.
	 */
	public static final Duration FOR_READERS = Duration.ofMinutes(1);

	private static final Duration UNCLAIMED = Duration.ofDays(7);

	public RetentionSettings {
		Assert.isTrue(!keepDone.isNegative(), () -> "'retention.keep-done' must not be negative: " + keepDone);
		Assert.isTrue(maxAge == null || maxAge.toMillis() > 0,
				() -> "'retention.max-age' must be at least 1ms, not " + maxAge);
		Assert.isTrue(maxLength == null || maxLength >= 1,
				() -> "'retention.max-length' must be at least 1, not " + maxLength);
		Assert.isTrue(unclaimed.toMillis() > 0, () -> "'retention.unclaimed' must be at least 1ms, not " + unclaimed);
		Assert.isTrue(!lossy || maxAge != null || maxLength != null,
				"'retention.lossy' drops what exceeds 'retention.max-age' or 'retention.max-length', and neither is set."
						+ " Set one of them, or leave out 'retention.lossy'");
	}

	/**
	 * The settings of a queue about which nothing was said.
	 */
	public static RetentionSettings defaults() {
		return keeping(Duration.ZERO);
	}

	/**
	 * The settings of a queue that keeps finished messages for a while.
	 */
	public static RetentionSettings keeping(Duration keepDone) {
		return new RetentionSettings(keepDone, null, null, false, UNCLAIMED);
	}

}
