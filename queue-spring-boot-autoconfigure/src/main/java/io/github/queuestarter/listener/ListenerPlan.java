package io.github.queuestarter.listener;

import io.github.queuestarter.store.HandlerTransactions;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.UnavailableTransactionsException;
import org.jspecify.annotations.Nullable;

/**
 * A listener that can be started: all that was said about it, put together.
 *
 * @param definition the handler and what it listens to
 * @param settings how it works
 * @param store where its queue lives
 * @param transactions where its handler runs if it is transactional
 */
record ListenerPlan(ListenerDefinition definition, ListenerSettings settings, QueueStore store,
		@Nullable HandlerTransactions transactions) {

	private static final String OR_WITHOUT = ", or remove 'transactional' from the listener and from"
			+ " 'queue.queues.%s' and 'queue.listener' and let the handler bear to get a message twice.";

	/**
	 * Put it together.
	 * @param configured the settings, before what the annotation says
	 * @throws InvalidListenerException if the listener can't work like that
	 */
	static ListenerPlan of(ListenerDefinition definition, ListenerSettings configured, QueueStore store) {
		if (definition.handler() instanceof MethodHandler handler && !handler.canHandle(store.backend())) {
			throw new InvalidListenerException(
					"Listener " + definition.method()
							+ " takes an argument that shows a message as another store has it," + " but queue '"
							+ definition.queue() + "' lives in " + store.backend(),
					"Take the payload instead (a record, a Map, a String), or set 'queue.queues." + definition.queue()
							+ ".backend' to the other store.",
					null);
		}
		ListenerSettings settings = configured;
		if (definition.concurrency() != null) {
			settings = settings.withConcurrency(definition.concurrency());
		}
		if (definition.transactional()) {
			settings = settings.withTransactional();
		}
		if (definition.ephemeral() && settings.transactional()) {
			throw new InvalidListenerException(
					"Listener " + definition.method() + " is ephemeral, so there is nothing that a transaction could"
							+ " settle, and 'transactional' is set for its queue",
					"Set 'queue.queues." + definition.queue() + ".groups.ephemeral.transactional' to false.", null);
		}
		return new ListenerPlan(definition, settings, store,
				settings.transactional() ? transactions(definition, store) : null);
	}

	private static HandlerTransactions transactions(ListenerDefinition definition, QueueStore store) {
		if (definition.returnsStage()) {
			throw invalid(definition, "it returns a CompletionStage, whose work goes on outside of the transaction",
					"Return nothing or an Outcome when the work is done");
		}
		HandlerTransactions transactions;
		try {
			transactions = store.handlerTransactions();
		}
		catch (UnavailableTransactionsException ex) {
			throw invalid(definition, String.valueOf(ex.getMessage()), ex.getAction());
		}
		if (transactions == null) {
			throw invalid(definition,
					"queue '" + definition.queue() + "' lives in " + store.backend()
							+ ", which has no part in the transactions of a database",
					"Set 'queue.queues." + definition.queue() + ".backend' to postgres");
		}
		return transactions;
	}

	private static InvalidListenerException invalid(ListenerDefinition definition, String why, String action) {
		return new InvalidListenerException("Listener " + definition.method() + " is transactional, but " + why,
				action + OR_WITHOUT.formatted(definition.queue()), null);
	}

}
