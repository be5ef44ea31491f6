package io.github.queuestarter.benchmarks.starter;

import java.time.Duration;

/**
 * The server of a store.
 */
public interface MeasuredServer {

	/**
	 * What it is called in the report.
	 */
	String product();

	/**
	 * An empty place for one contender in one round.
	 */
	Home fresh() throws Exception;

	/**
	 * Processor time of all its processes so far.
	 */
	Duration cpuTime();

}
