package io.github.queuestarter;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;

import org.springframework.util.Assert;

/**
 * A place in the log of a queue: with which of the kept messages a group begins.
 */
public sealed interface Position {

	/**
	 * The oldest message that is still kept.
	 */
	static Position earliest() {
		return new Earliest();
	}

	/**
	 * What is sent from now on.
	 */
	static Position latest() {
		return new Latest();
	}

	/**
	 * The first message that was sent, or became due, at this time or later, by the
	 * store's clock. What lies behind it in the log follows, also if it was sent before:
	 * the log has the order in which sends came in. A time later than all messages is
	 * {@link #latest()}.
	 */
	static Position at(Instant time) {
		return new Time(time);
	}

	/**
	 * This message, and what lies behind it in the log.
	 * @param id its id as {@code send} answered it or a handler got it; on Redis also the
	 * id of an entry of the stream, which need not be there any more
	 * @throws IllegalArgumentException if it is blank
	 */
	static Position of(String id) {
		return new Message(id);
	}

	/**
	 * Read a position: {@code earliest}, {@code latest}, a time such as
	 * {@code 2026-01-31T12:00:00Z}, or the id of a message that this library has sent or
	 * Redis has given it. For ids that other clients make up there is {@link #of}.
	 * @throws IllegalArgumentException if it is none of these
	 */
	static Position parse(String text) {
		String plain = text.strip();
		switch (plain.toLowerCase(Locale.ROOT)) {
			case "earliest" -> {
				return earliest();
			}
			case "latest" -> {
				return latest();
			}
			default -> {
			}
		}
		try {
			return at(OffsetDateTime.parse(plain).toInstant());
		}
		catch (DateTimeException ex) {
			// told below
		}
		if (isGivenByStore(plain)) {
			return of(plain);
		}
		throw new IllegalArgumentException("a position must be 'earliest', 'latest', a time such as"
				+ " 2026-01-31T12:00:00Z, or the id of a message, not '" + text + "'");
	}

	private static boolean isGivenByStore(String id) {
		return id.matches("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}|\\d{1,15}-\\d{1,20}");
	}

	/**
	 * See {@link #earliest()}.
	 */
	record Earliest() implements Position {

		@Override
		public String toString() {
			return "earliest";
		}

	}

	/**
	 * See {@link #latest()}.
	 */
	record Latest() implements Position {

		@Override
		public String toString() {
			return "latest";
		}

	}

	/**
	 * See {@link #at(Instant)}.
	 */
	record Time(Instant instant) implements Position {

		@Override
		public String toString() {
			return this.instant.toString();
		}

	}

	/**
	 * See {@link #of(String)}.
	 */
	record Message(String id) implements Position {

		public Message {
			Assert.hasText(id, "the id of a message must not be blank");
		}

		@Override
		public String toString() {
			return this.id;
		}

	}

}
