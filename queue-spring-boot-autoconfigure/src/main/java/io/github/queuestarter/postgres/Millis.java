package io.github.queuestarter.postgres;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Durations as whole milliseconds, rounded up: never early.
 */
final class Millis {

	/**
	 * Longer waits are taken as this one: Postgres can't add them to a time.
	 */
	private static final Duration LONGEST = Duration.ofDays(365 * 1000);

	private Millis() {
	}

	static long of(Duration duration) {
		return (duration.compareTo(LONGEST) < 0) ? duration.plusNanos(999_999).toMillis() : LONGEST.toMillis();
	}

	static @Nullable Long orNull(@Nullable Duration duration) {
		return (duration != null) ? of(duration) : null;
	}

}
