package io.github.queuestarter.store;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * How many of a group's dead letters are kept, and for how long.
 *
 * @param maxAge at what age dead letters go, counted from when the group gave up, by the
 * store's clock; or {@code null}
 * @param maxLength how many of the newest are kept, or {@code null}
 */
public record DeadLetterLimits(@Nullable Duration maxAge, @Nullable Long maxLength) {

	/**
	 * All are kept.
	 */
	public static final DeadLetterLimits NONE = new DeadLetterLimits(null, null);

	public DeadLetterLimits {
		Assert.isTrue(maxAge == null || maxAge.toMillis() > 0,
				() -> "'dead-letter.max-age' must be at least 1ms, not " + maxAge);
		Assert.isTrue(maxLength == null || maxLength >= 1,
				() -> "'dead-letter.max-length' must be at least 1, not " + maxLength);
	}

}
