package io.github.queuestarter.postgres;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Durations as whole milliseconds, rounded up: never early.
 */
final class Millis {

	private Millis() {
	}

	static long of(Duration duration) {
		return duration.plusNanos(999_999).toMillis();
	}

	static @Nullable Long orNull(@Nullable Duration duration) {
		return (duration != null) ? of(duration) : null;
	}

}
