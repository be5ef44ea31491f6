package io.github.queuestarter.store;

import java.time.Duration;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Runs handlers inside transactions of the store's database, so that what they write and
 * the settlement of their message commit together.
 */
public interface HandlerTransactions {

	/**
	 * Run work in a new transaction of this thread, and settle as its last statement.
	 * Rolls back when the work says so, by its answer or by marking the transaction, when
	 * the work throws, and when the consumer does not hold the message any more.
	 * @param silence how long the store waits, once the message is settled and others may
	 * wait for it, for the next sign of this process before it rolls back
	 * @param work answers the settlement of a message that was claimed by a
	 * {@link Subscription#transactional() transactional} subscription, or {@code null} to
	 * roll back
	 * @throws io.github.queuestarter.QueueStoreException if there could not be a
	 * transaction; the work was not run
	 */
	Result run(Duration silence, Supplier<@Nullable Settlement> work);

	/**
	 * How a transaction ended.
	 */
	sealed interface Result {

		/**
		 * Committed, and the message is settled with it.
		 */
		record Committed() implements Result {
		}

		/**
		 * Rolled back as the work said.
		 */
		record RolledBack() implements Result {
		}

		/**
		 * Rolled back since the consumer does not hold the message any more.
		 */
		record NotHeld() implements Result {
		}

		/**
		 * Failed, rolled back as a rule. It may have been committed all the same, if the
		 * answer was lost: then the consumer holds the message no longer, and the next
		 * settlement changes nothing.
		 *
		 * @param cause why
		 */
		record Unconfirmed(Throwable cause) implements Result {
		}

	}

}
