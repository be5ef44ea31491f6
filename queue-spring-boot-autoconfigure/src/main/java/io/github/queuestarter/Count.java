package io.github.queuestarter;

/**
 * A number of messages that may be too many to count exactly.
 *
 * @param value the number, or the least that it is; 0 if unknown
 * @param precision how exact it is
 */
public record Count(long value, Precision precision) {

	private static final Count UNKNOWN = new Count(0, Precision.UNKNOWN);

	/**
	 * An exact number.
	 */
	public static Count exactly(long value) {
		return new Count(value, Precision.EXACT);
	}

	/**
	 * A number that was not counted to its end.
	 */
	public static Count atLeast(long value) {
		return new Count(value, Precision.AT_LEAST);
	}

	/**
	 * A number that the store can't tell now.
	 */
	public static Count unknown() {
		return UNKNOWN;
	}

	/**
	 * The number for a meter: {@code NaN} if unknown.
	 */
	public double asDouble() {
		return (this.precision == Precision.UNKNOWN) ? Double.NaN : this.value;
	}

	/**
	 * The number for people: {@code 12}, {@code 10000+}, or {@code unknown}.
	 */
	@Override
	public String toString() {
		return switch (this.precision) {
			case EXACT -> Long.toString(this.value);
			case AT_LEAST -> this.value + "+";
			case UNKNOWN -> "unknown";
		};
	}

	/**
	 * How exact a number is.
	 */
	public enum Precision {

		/**
		 * Counted.
		 */
		EXACT,

		/**
		 * Counting stopped at this number.
		 */
		AT_LEAST,

		/**
		 * The store can't tell.
		 */
		UNKNOWN

	}

}
