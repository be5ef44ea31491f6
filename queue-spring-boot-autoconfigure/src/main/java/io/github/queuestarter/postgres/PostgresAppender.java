package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.github.queuestarter.QueueException;
import io.github.queuestarter.store.Appender;
import io.github.queuestarter.store.OutgoingMessage;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Adds messages, many per statement.
 */
final class PostgresAppender implements Appender {

	private final Database database;

	private final CallerTransaction transaction;

	private final SchemaRecovery recovery;

	private final Wakeups wakeups;

	PostgresAppender(Database database, CallerTransaction transaction, SchemaRecovery recovery, Wakeups wakeups) {
		this.database = database;
		this.transaction = transaction;
		this.recovery = recovery;
		this.wakeups = wakeups;
	}

	@Override
	public boolean joinsTransaction() {
		return this.transaction.joined() != null;
	}

	@Override
	public void append(List<OutgoingMessage> messages, boolean join) {
		if (messages.isEmpty()) {
			return;
		}
		List<AppendBatch> batches = AppendBatch.split(messages);
		if (join) {
			appendJoined(batches);
			wakeAfterCommit(Announcement.of(messages));
		}
		else {
			appendAlone(batches);
			Announcement.of(messages).to(this.wakeups);
		}
	}

	private void appendJoined(List<AppendBatch> batches) {
		DataSource joined = this.transaction.joined();
		if (joined == null) {
			throw new QueueException("No transaction is active that includes the queue's DataSource");
		}
		Connection connection = DataSourceUtils.getConnection(joined);
		try {
			for (AppendBatch batch : batches) {
				insert(connection, batch);
			}
		}
		catch (SQLException ex) {
			throw SqlFailures.translate("send to " + batches.get(0).queues(), ex);
		}
		finally {
			DataSourceUtils.releaseConnection(connection, joined);
		}
	}

	private void appendAlone(List<AppendBatch> batches) {
		for (AppendBatch batch : batches) {
			this.recovery.run(() -> this.database.<@Nullable Void>call("send to " + batch.queues(), (connection) -> {
				insert(connection, batch);
				return null;
			}));
		}
	}

	private void insert(Connection connection, AppendBatch batch) throws SQLException {
		if (batch.messages().size() == 1 && !batch.scheduled()) {
			insertOne(connection, batch.messages().get(0), batch.payloads().get(0));
			return;
		}
		this.database.update(connection, batch.scheduled() ? "schedule" : "append",
				(statement) -> bind(statement, batch));
	}

	private void insertOne(Connection connection, OutgoingMessage message, String payload) throws SQLException {
		this.database.update(connection, "append-one", (statement) -> {
			statement.setString(1, message.queue());
			statement.setString(2, id(message));
			statement.setString(3, PayloadColumns.format(message.payload()));
			statement.setString(4, payload);
			statement.setString(5, HeadersColumn.write(message.headers(), message.queue()));
		});
	}

	private void bind(PreparedStatement statement, AppendBatch batch) throws SQLException {
		List<OutgoingMessage> messages = batch.messages();
		ArrayParameters.texts(statement, 1, messages.stream().map(OutgoingMessage::queue).toList());
		ArrayParameters.texts(statement, 2, messages.stream().map(PostgresAppender::id).toList());
		ArrayParameters.texts(statement, 3,
				messages.stream().map((m) -> PayloadColumns.format(m.payload())).collect(Collectors.toList()));
		ArrayParameters.texts(statement, 4, batch.payloads());
		ArrayParameters.texts(statement, 5,
				messages.stream().map((m) -> HeadersColumn.write(m.headers(), m.queue())).collect(Collectors.toList()));
		if (batch.scheduled()) {
			ArrayParameters.longs(statement, 6,
					messages.stream().map((m) -> Millis.orNull(m.delay())).collect(Collectors.toList()));
			ArrayParameters.texts(statement, 7,
					messages.stream()
						.map((m) -> (m.at() != null) ? m.at().toString() : null)
						.collect(Collectors.toList()));
		}
	}

	private void wakeAfterCommit(Announcement announcement) {
		if (TransactionSynchronizationManager.isSynchronizationActive()) {
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void afterCommit() {
					announcement.to(PostgresAppender.this.wakeups);
				}

			});
		}
	}

	private static String id(OutgoingMessage message) {
		try {
			return UUID.fromString(message.id()).toString();
		}
		catch (IllegalArgumentException ex) {
			throw new QueueException("Message id '" + message.id() + "' is not a UUID", ex);
		}
	}

}
