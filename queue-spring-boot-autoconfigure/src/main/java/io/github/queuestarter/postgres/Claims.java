package io.github.queuestarter.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Claims new messages, a batch in one round trip; in two where other instances wait for
 * the group.
 */
final class Claims {

	// positions, as to look up names costs a tenth of the reading
	private static final int OUTCOME = 1;

	private static final int DELIVERY = 2;

	private static final int ID = 3;

	private static final int MESSAGE_ID = 4;

	private static final int SENT_AT = 5;

	private static final int FORMAT = 6;

	private static final int PAYLOAD = 7;

	private static final int HEADERS = 8;

	private final Database database;

	Claims(Database database) {
		this.database = database;
	}

	Answer claim(Subscription subscription, String consumer, int most) {
		Answer claimed = this.database.query("claim messages of '" + subscription.queue() + "'", "claim",
				(statement) -> {
					statement.setString(1, subscription.queue());
					statement.setString(2, subscription.group());
					statement.setString(3, consumer);
					statement.setInt(4, most);
					statement.setBoolean(5, subscription.transactional());
				}, (rows) -> read(rows, subscription, consumer));
		Unread unread = claimed.unread();
		return (unread != null) ? read(unread, subscription, consumer) : claimed;
	}

	private Answer read(Unread unread, Subscription subscription, String consumer) {
		return this.database.query("read claimed messages of '" + subscription.queue() + "'", "read-claimed",
				(statement) -> {
					statement.setString(1, subscription.queue());
					statement.setString(2, consumer);
					statement.setLong(3, unread.delivery());
					statement.setString(4, unread.place());
				}, (rows) -> {
					List<Row> messages = new ArrayList<>();
					while (rows.next()) {
						messages.add(Row.of(rows));
					}
					return messages(messages, unread.delivery(), subscription, consumer);
				});
	}

	private static Answer read(ResultSet rows, Subscription subscription, String consumer) throws SQLException {
		List<Row> messages = new ArrayList<>();
		while (rows.next()) {
			String outcome = rows.getString(OUTCOME);
			if (outcome != null) {
				return answer(outcome, rows, messages, subscription, consumer);
			}
			messages.add(Row.of(rows));
		}
		throw new IllegalStateException("claim_v2 ended without an outcome");
	}

	private static Answer answer(String outcome, ResultSet row, List<Row> messages, Subscription subscription,
			String consumer) throws SQLException {
		return switch (outcome) {
			case "messages" -> messages(messages, row.getLong(DELIVERY), subscription, consumer);
			case "unread" ->
				new Answer(Outcome.MESSAGES, List.of(), new Unread(row.getLong(DELIVERY), row.getString(PAYLOAD)));
			default -> new Answer(Outcome.of(outcome), List.of(), null);
		};
	}

	private static Answer messages(List<Row> rows, long delivery, Subscription subscription, String consumer) {
		return new Answer(Outcome.MESSAGES,
				rows.stream().map((row) -> row.claimed(delivery, subscription, consumer)).toList(), null);
	}

	/**
	 * How a claim went.
	 */
	enum Outcome {

		MESSAGES, EMPTY, BUSY, PAUSED, LOST, FENCED;

		private static Outcome of(String name) {
			return switch (name) {
				case "empty" -> EMPTY;
				case "busy" -> BUSY;
				case "paused" -> PAUSED;
				case "lost" -> LOST;
				case "fenced" -> FENCED;
				default -> throw new IllegalArgumentException("Unknown outcome '" + name + "' of claim_v2");
			};
		}

	}

	/**
	 * What a claim brought.
	 *
	 * @param unread the messages that are still to be read, if it is not those here
	 */
	record Answer(Outcome outcome, List<ClaimedMessage> messages, @Nullable Unread unread) {
	}

	/**
	 * Messages that are claimed and not read.
	 *
	 * @param place where they are, as the database says it
	 */
	private record Unread(long delivery, String place) {
	}

	/**
	 * A message before the delivery of the batch is known, which comes last.
	 *
	 * @param delivery its own delivery, 0 if it has none
	 */
	private record Row(long delivery, long id, String messageId, Instant sentAt, Map<String, String> headers,
			EncodedPayload payload) {

		private static Row of(ResultSet rows) throws SQLException {
			return new Row(rows.getLong(DELIVERY), rows.getLong(ID), rows.getString(MESSAGE_ID),
					MessageColumns.instant(rows, SENT_AT), HeadersColumn.read(rows.getString(HEADERS)),
					PayloadColumns.read(rows.getString(FORMAT), rows.getBytes(PAYLOAD)));
		}

		private ClaimedMessage claimed(long ofBatch, Subscription subscription, String consumer) {
			return new ClaimedMessage(this.messageId, subscription.queue(), subscription.group(), consumer, 0, 0, false,
					this.sentAt, null, this.headers, this.payload,
					new LogReceipt((this.delivery != 0) ? this.delivery : ofBatch, this.id));
		}

	}

}
