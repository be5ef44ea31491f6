package io.github.queuestarter;

import org.jspecify.annotations.Nullable;

/**
 * Why an attempt to handle a message failed.
 *
 * @param kind what kind of failure it was
 * @param reason one line for people
 * @param exceptionClass class name of the root cause, or {@code null} if no exception
 * took part
 * @param exceptionMessage message of the root cause
 * @param stackTrace stack trace, shortened
 */
public record Failure(Kind kind, String reason, @Nullable String exceptionClass, @Nullable String exceptionMessage,
		@Nullable String stackTrace) {

	/**
	 * A failure in which no exception took part.
	 */
	public static Failure of(Kind kind, String reason) {
		return new Failure(kind, reason, null, null, null);
	}

	/**
	 * What kind of failure it was.
	 */
	public enum Kind {

		/**
		 * The handler threw an exception.
		 */
		EXCEPTION,

		/**
		 * The handler did not return within {@code timeout}.
		 */
		TIMEOUT,

		/**
		 * The payload could not be converted to what the handler declares.
		 */
		CONVERSION,

		/**
		 * The handler asked for another attempt with {@link Outcome#retryAfter}.
		 */
		RETRY_REQUESTED,

		/**
		 * The handler asked for it with {@link Outcome#bury}.
		 */
		BURIED,

		/**
		 * The process died while it held the message.
		 */
		CRASHED

	}

}
