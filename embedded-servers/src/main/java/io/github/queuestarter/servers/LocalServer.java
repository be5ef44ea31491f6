package io.github.queuestarter.servers;

/**
 * A server of this machine that may die, come back with its data, and hang.
 */
public interface LocalServer extends AutoCloseable {

	/**
	 * Start again, with the data of before.
	 */
	void start();

	/**
	 * End as in a power failure.
	 */
	void kill();

	/**
	 * Stop answering, without closing connections.
	 */
	void suspend();

	/**
	 * Go on after {@link #suspend()}.
	 */
	void resume();

	@Override
	void close();

}
