package io.github.queuestarter.benchmarks;

import java.util.ArrayList;
import java.util.List;

import tools.jackson.databind.json.JsonMapper;

/**
 * The payload of all scenarios, {@value #JSON_SIZE} bytes as JSON.
 *
 * @param number its number in the run
 * @param sentAt {@code System.nanoTime()} of when it was sent; always as many digits
 * @param customer who ordered
 * @param note makes it as long as it shall be
 */
public record Order(long number, long sentAt, String customer, String note) {

	/**
	 * How many bytes it has as JSON.
	 */
	public static final int JSON_SIZE = 200;

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	private static final int BEFORE_NUMBER = "{\"number\":".length();

	private static final int DIGITS = 10;

	private static final long FIRST = 1_000_000_000L;

	private static final long ALWAYS_AS_LONG = 1_000_000_000_000_000_000L;

	private static final String CUSTOMER = "customer-4711@example.org";

	private static final String NOTE = "leave it at the door ".repeat(5);

	private static final int NOTE_LENGTH = 101;

	/**
	 * An order.
	 * @param number from 0
	 */
	public static Order of(long number) {
		return new Order(FIRST + number, ALWAYS_AS_LONG + System.nanoTime() % ALWAYS_AS_LONG, CUSTOMER,
				NOTE.substring(0, NOTE_LENGTH));
	}

	/**
	 * An order as JSON.
	 * @param number from 0
	 */
	public static String json(long number) {
		String json = MAPPER.writeValueAsString(of(number));
		if (json.length() != JSON_SIZE) {
			throw new IllegalStateException(
					"An order has %d bytes instead of %d: %s".formatted(json.length(), JSON_SIZE, json));
		}
		return json;
	}

	public static List<String> json(long from, long to) {
		List<String> all = new ArrayList<>();
		for (long number = from; number < to; number++) {
			all.add(json(number));
		}
		return all;
	}

	/**
	 * The number that an order was made with, without reading its JSON.
	 */
	public static long fromZero(byte[] json) {
		long number = 0;
		for (int i = BEFORE_NUMBER; i < BEFORE_NUMBER + DIGITS; i++) {
			number = 10 * number + json[i] - '0';
		}
		return number - FIRST;
	}

	/**
	 * How long ago it was made.
	 */
	public long ageNanos() {
		return System.nanoTime() % ALWAYS_AS_LONG - (this.sentAt - ALWAYS_AS_LONG);
	}

	/**
	 * The number that it was made with.
	 */
	public long fromZero() {
		return this.number - FIRST;
	}

}
