package io.github.queuestarter.benchmarks;

import java.util.List;
import java.util.Map;

/**
 * The scenarios of one store, with the servers that they need.
 */
public interface Suite extends AutoCloseable {

	/**
	 * What the report says about the server.
	 */
	Map<String, String> facts();

	/**
	 * The scenarios, in the order in which they run.
	 */
	List<Scenario> scenarios();

	@Override
	void close();

}
