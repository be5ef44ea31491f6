package io.github.queuestarter.benchmarks;

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
