package io.github.queuestarter.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.github.queuestarter.Position;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Reads messages without a group: the cursor is the caller's.
 */
final class Reads {

	private final Database database;

	Reads(Database database) {
		this.database = database;
	}

	/**
	 * Begin.
	 */
	Cursor start(String queue, Position position) {
		return this.database.query("begin to read '" + queue + "'", "reader-start", (statement) -> {
			statement.setString(1, queue);
			statement.setString(2, Places.text(position));
		}, (rows) -> {
			rows.next();
			return cursor(rows);
		});
	}

	/**
	 * Whether a position is not a message that was removed.
	 */
	boolean isKept(String queue, Position position) {
		return !(position instanceof Position.Message message) || (Places.isPossible(position)
				&& this.database.query("look for message '" + message.id() + "'", "keeps-message", (statement) -> {
					statement.setString(1, queue);
					statement.setString(2, message.id());
				}, (rows) -> rows.next() && rows.getBoolean(1)));
	}

	/**
	 * Read on.
	 */
	Answer read(Subscription subscription, String consumer, Cursor cursor, int most) {
		return this.database.query("read messages of '" + subscription.queue() + "'", "read", (statement) -> {
			statement.setString(1, subscription.queue());
			statement.setString(2, cursor.home());
			statement.setString(3, cursor.seen());
			statement.setString(4, cursor.partXid());
			statement.setLong(5, cursor.partId());
			statement.setInt(6, most);
		}, (rows) -> {
			List<ClaimedMessage> messages = new ArrayList<>();
			Instant newest = null;
			while (rows.next()) {
				long id = rows.getLong("id");
				if (rows.wasNull()) {
					boolean isAtHome = rows.getString("home") != null;
					return new Answer(messages, isAtHome ? cursor(rows) : null, (newest != null)
							? Duration.between(newest, MessageColumns.instant(rows, "since")) : Duration.ZERO);
				}
				messages.add(message(rows, id, subscription, consumer));
				newest = MessageColumns.instant(rows, "since");
			}
			throw new IllegalStateException("read_v1 ended without a cursor");
		});
	}

	/**
	 * Note that the queue is read.
	 */
	void mark(String queue) {
		this.database.query("note that '" + queue + "' is read", "mark-reader",
				(statement) -> statement.setString(1, queue), ResultSet::next);
	}

	private static ClaimedMessage message(ResultSet row, long id, Subscription subscription, String consumer)
			throws SQLException {
		return new ClaimedMessage(row.getString("message_id"), subscription.queue(), subscription.group(), consumer, 0,
				0, false, MessageColumns.instant(row, "sent_at"), null, MessageColumns.headers(row),
				MessageColumns.payload(row), new ReadReceipt(id));
	}

	private static Cursor cursor(ResultSet row) throws SQLException {
		return new Cursor(row.getString("home"), row.getString("seen"), row.getString("part_xid"),
				row.getLong("part_id"));
	}

	/**
	 * A place in the log, as the functions of the schema write it.
	 *
	 * @param home the transaction that tells where the others mean something
	 */
	record Cursor(String home, String seen, String partXid, long partId) {
	}

	/**
	 * What was read.
	 *
	 * @param next the cursor after it; {@code null} if the old one means nothing any more
	 * @param behind how long ago the last of the messages was sent or became due
	 */
	record Answer(List<ClaimedMessage> messages, @Nullable Cursor next, Duration behind) {
	}

}
