package io.github.queuestarter.core;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.SendAfterCommitException;
import io.github.queuestarter.SendNotConfirmedException;
import io.github.queuestarter.store.OutgoingMessage;
import io.github.queuestarter.store.QueueStore;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Sends that wait for the commit of the transaction that is active in this thread. What
 * was sent after a savepoint is dropped when the transaction rolls back to it.
 */
final class AfterCommitSends implements TransactionSynchronization {

	private final QueueStore store;

	private final QueueObserver observer;

	private final List<OutgoingMessage> messages = new ArrayList<>();

	private final Map<Object, Integer> savepoints = new IdentityHashMap<>();

	private AfterCommitSends(QueueStore store, QueueObserver observer) {
		this.store = store;
		this.observer = observer;
	}

	static boolean transactionIsActive() {
		return TransactionSynchronizationManager.isActualTransactionActive()
				&& TransactionSynchronizationManager.isSynchronizationActive();
	}

	static AfterCommitSends of(QueueStore store, QueueObserver observer) {
		for (TransactionSynchronization synchronization : TransactionSynchronizationManager.getSynchronizations()) {
			if (synchronization instanceof AfterCommitSends sends && sends.store == store) {
				return sends;
			}
		}
		AfterCommitSends sends = new AfterCommitSends(store, observer);
		TransactionSynchronizationManager.registerSynchronization(sends);
		return sends;
	}

	void add(List<OutgoingMessage> more) {
		this.messages.addAll(more);
	}

	@Override
	public void savepoint(Object savepoint) {
		this.savepoints.put(savepoint, this.messages.size());
	}

	@Override
	public void savepointRollback(Object savepoint) {
		// a savepoint that is not known here is older than the first send
		int before = this.savepoints.getOrDefault(savepoint, 0);
		this.messages.subList(before, this.messages.size()).clear();
	}

	@Override
	public void afterCommit() {
		sendAll();
	}

	/**
	 * Send what was added when {@link #afterCommit()} was over, or never came: by the
	 * callbacks of others after the commit, or because one of them failed.
	 */
	@Override
	public void afterCompletion(int status) {
		if (status == STATUS_COMMITTED) {
			sendAll();
		}
	}

	private void sendAll() {
		if (this.messages.isEmpty()) {
			return;
		}
		List<OutgoingMessage> sending = List.copyOf(this.messages);
		this.messages.clear();
		try {
			this.store.appender().append(sending, false);
		}
		catch (RuntimeException ex) {
			List<OutgoingMessage> failed = sending.stream().filter((message) -> isConcerned(message, ex)).toList();
			List<String> ids = failed.stream().map(OutgoingMessage::id).toList();
			this.observer
				.on(new QueueEvent.SendAfterCommitFailed(this.store.backend(), failed.get(0).queue(), ids, ex));
			throw new SendAfterCommitException("The transaction is committed, but " + what(sending.size(), ex), ex);
		}
		Map<String, Integer> counts = new LinkedHashMap<>();
		sending.forEach((message) -> counts.merge(message.queue(), 1, Integer::sum));
		counts.forEach((queue, count) -> this.observer.on(new QueueEvent.Sent(this.store.backend(), queue, count)));
	}

	private static boolean isConcerned(OutgoingMessage message, RuntimeException failure) {
		return !(failure instanceof SendNotConfirmedException unconfirmed)
				|| unconfirmed.getIds().contains(message.id());
	}

	private String what(int count, RuntimeException failure) {
		if (failure instanceof SendNotConfirmedException) {
			return "not all that was sent after it is safe: " + failure.getMessage();
		}
		return count + " messages that were to be sent after it could not be sent to " + this.store.backend() + ": "
				+ failure.getMessage() + ". Send them again if they matter.";
	}

}
