package io.github.queuestarter.benchmarks;

import java.util.Map;

/**
 * Someone who does the work of a scenario.
 *
 * @param name the name, unique in its scenario
 * @param work does the work once, from a fresh start
 */
public record Contender(String name, Work work) {

	/**
	 * The work.
	 */
	@FunctionalInterface
	public interface Work {

		/**
		 * Do it once.
		 * @return what was measured, by the name of the metric
		 */
		Map<String, Double> run() throws Exception;

	}

}
