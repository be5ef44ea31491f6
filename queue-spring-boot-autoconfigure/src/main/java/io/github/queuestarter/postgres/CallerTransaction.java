package io.github.queuestarter.postgres;

import java.lang.reflect.Method;
import java.util.Map;

import javax.sql.DataSource;

import io.github.queuestarter.QueueException;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ReflectionUtils;

/**
 * The Spring transaction that is active in the calling thread, seen from the queue's
 * DataSource.
 */
final class CallerTransaction {

	private static final @Nullable Method TRANSACTION_ACTIVE = transactionActive();

	private final DataSource dataSource;

	private final PostgresStore.UnjoinedTransaction unjoined;

	CallerTransaction(DataSource dataSource, PostgresStore.UnjoinedTransaction unjoined) {
		this.dataSource = target(dataSource);
		this.unjoined = unjoined;
	}

	/**
	 * The DataSource below the proxies that would hand out the caller's connection.
	 */
	static DataSource target(DataSource dataSource) {
		DataSource target = dataSource;
		while (target instanceof TransactionAwareDataSourceProxy || target instanceof LazyConnectionDataSourceProxy) {
			DataSource next = ((DelegatingDataSource) target).getTargetDataSource();
			if (next == null) {
				return target;
			}
			target = next;
		}
		return target;
	}

	/**
	 * Find the DataSource under which the active transaction holds a connection to the
	 * queue's database.
	 * @return the DataSource, or {@code null} if there is no transaction or the queue has
	 * no part in it
	 * @throws QueueException if there is one without the queue and that is not accepted
	 */
	@Nullable DataSource joined() {
		if (!TransactionSynchronizationManager.isActualTransactionActive() || CommitWatch.commitHasBegun()) {
			return null;
		}
		for (Map.Entry<Object, Object> resource : TransactionSynchronizationManager.getResourceMap().entrySet()) {
			if (resource.getKey() instanceof DataSource candidate && target(candidate) == this.dataSource
					&& resource.getValue() instanceof ConnectionHolder holder && isPartOfTransaction(holder)) {
				return candidate;
			}
		}
		if (this.unjoined == PostgresStore.UnjoinedTransaction.FAIL) {
			throw new QueueException(
					"A transaction is active that does not include the queue's DataSource, so the send "
							+ "could not be part of it. Send inside a transaction on that DataSource, or set "
							+ "'queue.postgres.unjoined-transaction' to 'after-commit'.");
		}
		return null;
	}

	/**
	 * A connection that was merely used inside another manager's transaction is bound as
	 * well, but does not commit with it. Such a one is synchronized with the transaction
	 * and not marked as active; one that JPA exposes is neither.
	 */
	private static boolean isPartOfTransaction(ConnectionHolder holder) {
		if (!holder.isSynchronizedWithTransaction() || TRANSACTION_ACTIVE == null) {
			return true;
		}
		return Boolean.TRUE.equals(ReflectionUtils.invokeMethod(TRANSACTION_ACTIVE, holder));
	}

	private static @Nullable Method transactionActive() {
		Method method = ReflectionUtils.findMethod(ConnectionHolder.class, "isTransactionActive");
		return (method != null && method.trySetAccessible()) ? method : null;
	}

}
