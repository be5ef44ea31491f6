package io.github.queuestarter.store;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * A durable home of queues.
 * <p>
 * Every method of every part throws {@link io.github.queuestarter.QueueStoreException}
 * when the store can't be reached or refuses, and leaves it to the caller to try again:
 * each operation may be repeated without harm unless it says otherwise.
 */
public interface QueueStore extends AutoCloseable {

	/**
	 * Name of the kind of store, as in {@code queue.backend}.
	 */
	String backend();

	/**
	 * After what time at most a call to the store has ended, one way or the other: it
	 * includes the wait for a connection. Who is in a call is not dead before that.
	 */
	Duration longestCall();

	/**
	 * Where messages are sent.
	 */
	Appender appender();

	/**
	 * Where messages are received.
	 */
	Reader reader();

	/**
	 * Where received messages are settled.
	 */
	Settlements settlements();

	/**
	 * Where handlers run that settle inside a transaction, or {@code null} if the store
	 * has no transactions. Does not yet talk to the store.
	 * @throws UnavailableTransactionsException if it has them, but the application can't
	 * use them as it is set up
	 */
	@Nullable HandlerTransactions handlerTransactions();

	/**
	 * Which application instances are alive.
	 */
	Consumers consumers();

	/**
	 * What operators look at and do.
	 */
	Administration administration();

	/**
	 * What keeps the store small.
	 */
	Housekeeping housekeeping();

	/**
	 * Stop the store's own threads and connections. All sources are stopped before.
	 */
	@Override
	void close();

}
