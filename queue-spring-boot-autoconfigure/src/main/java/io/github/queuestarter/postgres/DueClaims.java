package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Sink.Room;
import io.github.queuestarter.store.Subscription;

/**
 * Claims due messages for all groups of this instance in one statement.
 */
final class DueClaims {

	private final Database database;

	DueClaims(Database database) {
		this.database = database;
	}

	/**
	 * Claim.
	 * @return an answer per request, in order
	 */
	List<Answer> claim(Connection connection, List<Request> requests) throws SQLException {
		List<Answer> answers = new ArrayList<>();
		requests.forEach((request) -> answers.add(new Answer()));
		return this.database.query(connection, "due", (statement) -> bind(statement, requests), (rows) -> {
			while (rows.next()) {
				int source = rows.getInt("source") - 1;
				read(rows, requests.get(source), answers.get(source));
			}
			return answers;
		});
	}

	private static void bind(PreparedStatement statement, List<Request> requests) throws SQLException {
		ArrayParameters.texts(statement, 1, requests.stream().map((r) -> r.source().subscription().queue()).toList());
		ArrayParameters.texts(statement, 2, requests.stream().map((r) -> r.source().subscription().group()).toList());
		ArrayParameters.texts(statement, 3, requests.stream().map(Request::consumer).toList());
		ArrayParameters.ints(statement, 4, requests.stream().map((r) -> r.room().messages()).toList());
		ArrayParameters.ints(statement, 5, requests.stream().map((r) -> r.room().suspects()).toList());
		ArrayParameters.texts(statement, 6, requests.stream().map((r) -> r.source().lowWater().get()).toList());
	}

	private static void read(ResultSet row, Request request, Answer answer) throws SQLException {
		long retry = row.getLong("retry");
		if (row.wasNull()) {
			request.source().lowWater().set(row.getString("low"));
			long nextIn = row.getLong("next_in");
			answer.nextIn = row.wasNull() ? Long.MAX_VALUE : nextIn;
			return;
		}
		RetryReceipt receipt = new RetryReceipt(retry, row.getInt("claim"));
		if (row.getString("message_id") == null) {
			answer.bodiless.add(receipt);
			return;
		}
		Subscription subscription = request.source().subscription();
		answer.messages.add(new ClaimedMessage(row.getString("message_id"), subscription.queue(), subscription.group(),
				request.consumer(), row.getInt("failures"), row.getInt("crashes"), row.getBoolean("crashed_alone"),
				MessageColumns.instant(row, "sent_at"), MessageColumns.instantOrNull(row, "first_failure_at"),
				MessageColumns.headers(row), MessageColumns.payload(row), receipt));
	}

	/**
	 * What one source has room for.
	 */
	record Request(DueSource source, String consumer, Room room) {
	}

	/**
	 * What there was for one source.
	 */
	static final class Answer {

		private final List<ClaimedMessage> messages = new ArrayList<>();

		private final List<RetryReceipt> bodiless = new ArrayList<>();

		private long nextIn = Long.MAX_VALUE;

		List<ClaimedMessage> messages() {
			return this.messages;
		}

		/**
		 * Messages whose row in the log was removed by someone else.
		 */
		List<RetryReceipt> bodiless() {
			return this.bodiless;
		}

		/**
		 * Milliseconds until the next one is due.
		 */
		long nextIn() {
			return this.nextIn;
		}

	}

}
