package io.github.queuestarter.benchmarks.starter;

/**
 * A place in a server that one contender has for itself in one round.
 */
public interface Home extends AutoCloseable {

	/**
	 * How an application finds it.
	 */
	String url();

	/**
	 * Fill our queue without the detour through an application.
	 */
	void fill(int messages) throws Exception;

	/**
	 * Bring the server to the state of one that has been there for a while.
	 */
	void settle() throws Exception;

	/**
	 * Wait until no message of our group is in flight or retrying.
	 */
	void awaitNothingHeld() throws Exception;

	/**
	 * What the server was asked so far.
	 */
	Load load() throws Exception;

	@Override
	void close() throws Exception;

	/**
	 * What a server was asked.
	 *
	 * @param unit of what
	 * @param count how many of them so far
	 * @param connections how many connections there are, apart from the one that asks
	 */
	record Load(String unit, long count, long connections) {
	}

}
