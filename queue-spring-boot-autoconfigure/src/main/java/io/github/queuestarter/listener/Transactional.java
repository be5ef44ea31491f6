package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.github.queuestarter.Outcome;
import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.HandlerTransactions;
import io.github.queuestarter.store.HandlerTransactions.Result;
import io.github.queuestarter.store.Settlement;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Runs attempts in transactions of the store: what a handler wrote and the outcome that
 * it returned commit together. What is rolled back is settled afterwards.
 */
final class Transactional {

	private static final Log logger = LogFactory.getLog(Transactional.class);

	/**
	 * How long a message waits for which there could not be a transaction.
	 */
	private static final Duration LATER = Duration.ofSeconds(1);

	private final HandlerTransactions transactions;

	private final Duration silence;

	private final SettlementPolicy policy;

	private final Settler settler;

	Transactional(HandlerTransactions transactions, Duration silence, SettlementPolicy policy, Settler settler) {
		this.transactions = transactions;
		this.silence = silence;
		this.policy = policy;
		this.settler = settler;
	}

	/**
	 * Run an attempt.
	 * @param attempt answers how it ended, or {@code null} if that does not count any
	 * more
	 * @param afterwards settles what the transaction did not
	 */
	void run(ClaimedMessage message, Supplier<@Nullable HandlerResult> attempt, Consumer<Settlement> afterwards) {
		Work work = new Work(message, attempt);
		Result result;
		try {
			result = this.transactions.run(this.silence, work);
		}
		catch (QueueStoreException ex) {
			logger.warn("Message " + message.id() + " of queue '" + message.queue() + "' is given back: "
					+ ex.getMessage());
			afterwards.accept(new Settlement.Release(message, LATER));
			return;
		}
		if (result instanceof Result.Committed) {
			this.settler.settled(work.settlement());
		}
		else if (result instanceof Result.NotHeld) {
			this.settler.stale(work.settlement());
		}
		else if (result instanceof Result.Unconfirmed unconfirmed) {
			this.settler.doubt(message);
			afterwards.accept(this.policy.decide(message, new HandlerResult.Threw(unconfirmed.cause())));
		}
		else {
			HandlerResult rolledBack = work.rolledBack();
			if (rolledBack != null) {
				Settlement settlement = this.policy.decide(message, rolledBack);
				this.settler.tellOfFailure(settlement);
				afterwards.accept(settlement);
			}
		}
	}

	/**
	 * An attempt, and what it came to.
	 */
	private final class Work implements Supplier<@Nullable Settlement> {

		private final ClaimedMessage message;

		private final Supplier<@Nullable HandlerResult> attempt;

		private @Nullable HandlerResult result;

		private @Nullable Settlement settlement;

		Work(ClaimedMessage message, Supplier<@Nullable HandlerResult> attempt) {
			this.message = message;
			this.attempt = attempt;
		}

		@Override
		public @Nullable Settlement get() {
			this.result = this.attempt.get();
			if (this.result instanceof HandlerResult.Returned) {
				this.settlement = Transactional.this.policy.decide(this.message, this.result);
			}
			return this.settlement;
		}

		Settlement settlement() {
			if (this.settlement == null) {
				throw new IllegalStateException("The transaction ended with a settlement that nobody asked for");
			}
			return this.settlement;
		}

		/**
		 * What is to be settled after a rollback. A message whose effects the handler
		 * itself has rolled back is not done.
		 */
		@Nullable HandlerResult rolledBack() {
			return (this.result instanceof HandlerResult.Returned returned
					&& returned.outcome() instanceof Outcome.Done)
							? new HandlerResult.Threw(new IllegalStateException(
									"The handler has returned, but its transaction was marked as rollback-only"))
							: this.result;
		}

	}

}
