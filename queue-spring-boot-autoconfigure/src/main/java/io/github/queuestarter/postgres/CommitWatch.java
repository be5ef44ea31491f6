package io.github.queuestarter.postgres;

import org.jspecify.annotations.Nullable;

import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Notes that the transaction of this thread has begun to commit. Its connection stays
 * bound until all callbacks have run, so a callback after the commit would find it and
 * send in a transaction that nobody commits any more.
 */
final class CommitWatch implements TransactionExecutionListener {

	private static final Object KEY = CommitWatch.class;

	/**
	 * Whether the transaction of this thread is being committed or is committed.
	 */
	static boolean commitHasBegun() {
		return TransactionSynchronizationManager.hasResource(KEY);
	}

	@Override
	public void beforeCommit(TransactionExecution transaction) {
		if (transaction.isNewTransaction() && !commitHasBegun()) {
			TransactionSynchronizationManager.bindResource(KEY, transaction);
		}
	}

	@Override
	public void afterCommit(TransactionExecution transaction, @Nullable Throwable commitFailure) {
		forget(transaction);
	}

	@Override
	public void afterRollback(TransactionExecution transaction, @Nullable Throwable rollbackFailure) {
		forget(transaction);
	}

	private static void forget(TransactionExecution transaction) {
		if (TransactionSynchronizationManager.getResource(KEY) == transaction) {
			TransactionSynchronizationManager.unbindResource(KEY);
		}
	}

}
