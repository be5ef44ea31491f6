package io.github.queuestarter.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * What a scenario promises: a ratio between two contenders of the same run, or a limit
 * that a figure keeps.
 *
 * @param contender whose figure
 * @param metric which figure
 * @param peer whose figure to divide by, or {@code null} for the figure itself
 * @param comparison how the result has to lie to the target
 * @param target the target
 */
public record Check(String contender, String metric, @Nullable String peer, Comparison comparison, double target) {

	/**
	 * The contender reaches at least this many times what its peer reaches.
	 */
	public static Check ratio(String metric, String contender, String peer, double atLeast) {
		return new Check(contender, metric, peer, Comparison.AT_LEAST, atLeast);
	}

	/**
	 * The figure of the contender is not larger than this.
	 */
	public static Check atMost(String metric, String contender, double limit) {
		return new Check(contender, metric, null, Comparison.AT_MOST, limit);
	}

	boolean holds(double result) {
		return (this.comparison == Comparison.AT_LEAST) ? result >= this.target : result <= this.target;
	}

	/**
	 * How a result has to lie to its target.
	 */
	public enum Comparison {

		/**
		 * Not below.
		 */
		AT_LEAST("≥"),

		/**
		 * Not above.
		 */
		AT_MOST("≤");

		private final String sign;

		Comparison(String sign) {
			this.sign = sign;
		}

		String sign() {
			return this.sign;
		}

	}

}
