package io.github.queuestarter.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.queuestarter.QueueHeaders;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * How to send a message. Immutable: each {@code with…} method returns a copy.
 */
public final class SendOptions {

	private static final SendOptions NONE = new SendOptions(null, null, Map.of(), false);

	private final @Nullable Duration delay;

	private final @Nullable Instant at;

	private final Map<String, String> headers;

	private final boolean immediate;

	private SendOptions(@Nullable Duration delay, @Nullable Instant at, Map<String, String> headers,
			boolean immediate) {
		this.delay = delay;
		this.at = at;
		this.headers = headers;
		this.immediate = immediate;
	}

	/**
	 * Nothing special.
	 */
	public static SendOptions none() {
		return NONE;
	}

	/**
	 * Deliver no earlier than after a delay.
	 * @param delay the delay, by the store's clock; zero means at once
	 */
	public static SendOptions delay(Duration delay) {
		return NONE.withDelay(delay);
	}

	/**
	 * Deliver no earlier than at a point in time.
	 * @param at the time, by the store's clock; a past one means at once
	 */
	public static SendOptions at(Instant at) {
		return NONE.withAt(at);
	}

	/**
	 * Send a header with the message.
	 * @throws IllegalArgumentException if the name is empty or starts with
	 * {@value QueueHeaders#PREFIX}
	 */
	public static SendOptions header(String name, String value) {
		return NONE.withHeader(name, value);
	}

	/**
	 * Send now, even inside a transaction: the message is not part of it and is delivered
	 * even if it rolls back.
	 */
	public static SendOptions immediate() {
		return NONE.withImmediate();
	}

	/**
	 * A copy with another delay; replaces a time given before.
	 */
	public SendOptions withDelay(Duration delay) {
		Assert.isTrue(!delay.isNegative(), () -> "'delay' must not be negative: " + delay);
		return new SendOptions(delay.isZero() ? null : delay, null, this.headers, this.immediate);
	}

	/**
	 * A copy with another time; replaces a delay given before.
	 */
	public SendOptions withAt(Instant at) {
		Assert.notNull(at, "'at' must not be null");
		return new SendOptions(null, at, this.headers, this.immediate);
	}

	/**
	 * A copy with one more header; replaces a header of the same name.
	 */
	public SendOptions withHeader(String name, String value) {
		Assert.hasText(name, "'name' must not be empty");
		Assert.notNull(value, () -> "The value of header '" + name + "' must not be null");
		Assert.isTrue(!name.startsWith(QueueHeaders.PREFIX),
				() -> "Header '" + name + "': names that start with '" + QueueHeaders.PREFIX + "' are reserved");
		Map<String, String> more = new LinkedHashMap<>(this.headers);
		more.put(name, value);
		return new SendOptions(this.delay, this.at, Collections.unmodifiableMap(more), this.immediate);
	}

	/**
	 * A copy that is sent now, see {@link #immediate()}.
	 */
	public SendOptions withImmediate() {
		return new SendOptions(this.delay, this.at, this.headers, true);
	}

	@Nullable Duration getDelay() {
		return this.delay;
	}

	@Nullable Instant getAt() {
		return this.at;
	}

	Map<String, String> getHeaders() {
		return this.headers;
	}

	boolean isImmediate() {
		return this.immediate;
	}

}
