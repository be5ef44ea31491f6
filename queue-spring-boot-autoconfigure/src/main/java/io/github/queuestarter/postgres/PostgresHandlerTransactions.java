package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.HandlerTransactions;
import io.github.queuestarter.store.Settlement;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Runs handlers inside transactions of the application's own transaction manager.
 */
final class PostgresHandlerTransactions implements HandlerTransactions {

	private static final Log logger = LogFactory.getLog(PostgresHandlerTransactions.class);

	private final PlatformTransactionManager manager;

	private final DataSource dataSource;

	private final Database database;

	private final SettleCalls settleCalls;

	private final Duration networkTimeout;

	PostgresHandlerTransactions(TransactionManagerLookup.Found found, Database database, SettleCalls settleCalls,
			Duration networkTimeout) {
		this.manager = found.manager();
		this.dataSource = found.dataSource();
		this.database = database;
		this.settleCalls = settleCalls;
		this.networkTimeout = networkTimeout;
	}

	@Override
	public Result run(Duration silence, Supplier<@Nullable Settlement> work) {
		TransactionStatus transaction = begin();
		Settlement settlement = inside(transaction, work);
		if (settlement == null || transaction.isRollbackOnly()) {
			rollBack(transaction);
			return new Result.RolledBack();
		}
		return settleAndCommit(transaction, settlement, silence);
	}

	private Result settleAndCommit(TransactionStatus transaction, Settlement settlement, Duration silence) {
		Completion completion = new Completion(this.networkTimeout);
		try {
			// What JPA holds back comes before the settlement: others wait for its row
			transaction.flush();
			if (!settle(settlement, silence, completion)) {
				rollBack(transaction);
				return new Result.NotHeld();
			}
		}
		catch (Throwable ex) {
			rollBack(transaction);
			return new Result.Unconfirmed(ex);
		}
		try {
			this.manager.commit(transaction);
		}
		catch (Throwable ex) {
			if (!completion.committed) {
				return new Result.Unconfirmed(ex);
			}
			logger.warn("Message " + settlement.message().id() + " of queue '" + settlement.message().queue()
					+ "' was handled and committed, but a callback after the commit failed", ex);
		}
		this.settleCalls.committed(settlement.message().queue(), SettleItem.of(settlement));
		return new Result.Committed();
	}

	private TransactionStatus begin() {
		DefaultTransactionDefinition definition = new DefaultTransactionDefinition(
				TransactionDefinition.PROPAGATION_REQUIRES_NEW);
		TransactionStatus transaction;
		try {
			if (this.database.setsIsolation()) {
				// Not always, as it costs a round trip to look what it is
				definition.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
			}
			transaction = this.manager.getTransaction(definition);
		}
		catch (SQLException | RuntimeException ex) {
			throw new QueueStoreException("Could not begin a transaction (" + ex.getMessage()
					+ "). Check that the database runs and that the connection pool is larger than the concurrency"
					+ " of all transactional listeners.", ex);
		}
		if (!TransactionSynchronizationManager.hasResource(this.dataSource)) {
			rollBack(transaction);
			throw new QueueStoreException("Transactions of " + this.manager.getClass().getName()
					+ " do not show their JDBC connection, so messages can't be settled in them."
					+ " With JPA, give the EntityManagerFactory the JpaDialect of its provider.", null);
		}
		return transaction;
	}

	private @Nullable Settlement inside(TransactionStatus transaction, Supplier<@Nullable Settlement> work) {
		try {
			return work.get();
		}
		catch (Throwable ex) {
			rollBack(transaction);
			throw ex;
		}
	}

	private boolean settle(Settlement settlement, Duration silence, Completion completion) throws SQLException {
		ClaimedMessage message = settlement.message();
		Connection connection = DataSourceUtils.getConnection(this.dataSource);
		try {
			if (TransactionSynchronizationManager.isSynchronizationActive()) {
				completion.watch(connection);
				TransactionSynchronizationManager.registerSynchronization(completion);
			}
			return this.settleCalls.settleLast(connection, message.consumer(), message.queue(), message.group(),
					SettleItem.of(settlement), silence);
		}
		catch (SQLException ex) {
			this.database.sawOtherIsolation(ex);
			throw ex;
		}
		finally {
			DataSourceUtils.releaseConnection(connection, this.dataSource);
		}
	}

	private void rollBack(TransactionStatus transaction) {
		try {
			this.manager.rollback(transaction);
		}
		catch (RuntimeException | Error ex) {
			// The server does it when it notices that the connection is gone
			logger.debug("Rollback failed", ex);
		}
	}

	/**
	 * Sees whether the commit went well, whatever callbacks throw afterwards. Until then
	 * the connection is given up when the server does not answer for too long.
	 */
	private static final class Completion implements TransactionSynchronization {

		private final Duration networkTimeout;

		private @Nullable Connection connection;

		private int timeoutBefore;

		private boolean committed;

		Completion(Duration networkTimeout) {
			this.networkTimeout = networkTimeout;
		}

		void watch(Connection connection) throws SQLException {
			this.timeoutBefore = connection.getNetworkTimeout();
			connection.setNetworkTimeout(Runnable::run, (int) this.networkTimeout.toMillis());
			this.connection = connection;
		}

		@Override
		public void afterCompletion(int status) {
			this.committed = (status == STATUS_COMMITTED);
			try {
				if (this.connection != null && !this.connection.isClosed()) {
					this.connection.setNetworkTimeout(Runnable::run, this.timeoutBefore);
				}
			}
			catch (SQLException ex) {
				logger.debug("Could not restore the network timeout of a connection", ex);
			}
		}

	}

}
