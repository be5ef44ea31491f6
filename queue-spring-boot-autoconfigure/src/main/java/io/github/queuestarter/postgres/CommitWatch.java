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

	/**
	 * Bound to a {@link Watched}.
	 */
	private static final Object KEY = CommitWatch.class;

	/**
	 * Whether the transaction of this thread is being committed or is committed.
	 */
	static boolean commitHasBegun() {
		Watched watched = watched();
		return watched != null && watched.committing();
	}

	/**
	 * A transaction that a callback after the commit begins is one to send in.
	 */
	@Override
	public void afterBegin(TransactionExecution transaction, @Nullable Throwable beginFailure) {
		if (beginFailure == null && transaction.isNewTransaction() && commitHasBegun()) {
			bind(new Watched(transaction, false, watched()));
		}
	}

	@Override
	public void beforeCommit(TransactionExecution transaction) {
		Watched watched = watched();
		if (watched == null) {
			if (transaction.isNewTransaction()) {
				bind(new Watched(transaction, true, null));
			}
		}
		else if (watched.transaction() == transaction) {
			bind(new Watched(transaction, true, watched.outer()));
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
		Watched watched = watched();
		if (watched != null && watched.transaction() == transaction) {
			bind(watched.outer());
		}
	}

	private static @Nullable Watched watched() {
		return (Watched) TransactionSynchronizationManager.getResource(KEY);
	}

	private static void bind(@Nullable Watched watched) {
		TransactionSynchronizationManager.unbindResourceIfPossible(KEY);
		if (watched != null) {
			TransactionSynchronizationManager.bindResource(KEY, watched);
		}
	}

	/**
	 * A transaction of this thread.
	 *
	 * @param committing whether its commit has begun
	 * @param outer the one whose callback after the commit began it
	 */
	private record Watched(TransactionExecution transaction, boolean committing, @Nullable Watched outer) {
	}

}
