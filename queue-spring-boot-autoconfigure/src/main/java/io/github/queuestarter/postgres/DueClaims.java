package io.github.queuestarter.postgres;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Sink.Room;
import io.github.queuestarter.store.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Claims due messages for all groups of this instance, and moves scheduled ones into the
 * log, in one statement.
 */
final class DueClaims {

	private static final int MOST_MOVED = 1000;

	private final Database database;

	DueClaims(Database database) {
		this.database = database;
	}

	/**
	 * Look.
	 * @param old whether also for scheduled messages that have been due for long
	 */
	Found look(List<Request> requests, boolean old) {
		List<Answer> answers = new ArrayList<>();
		requests.forEach((request) -> answers.add(new Answer()));
		Moved moved = new Moved();
		return this.database.query("look for due messages", "look", (statement) -> {
			bind(statement, requests);
			statement.setBoolean(7, old);
			statement.setInt(8, MOST_MOVED);
		}, (rows) -> {
			while (rows.next()) {
				int source = rows.getInt("source") - 1;
				if (source < 0) {
					read(rows, moved);
				}
				else {
					read(rows, requests.get(source), answers.get(source));
				}
			}
			return new Found(answers, moved);
		});
	}

	private static void read(ResultSet row, Moved moved) throws SQLException {
		String queue = row.getString("queue");
		if (queue != null) {
			moved.queues.add(queue);
			moved.count += row.getLong("moved");
			return;
		}
		long nextIn = row.getLong("next_in");
		moved.nextIn = row.wasNull() ? Long.MAX_VALUE : nextIn;
		String problem = row.getString("problem");
		if (problem != null) {
			moved.problem = new SQLException(problem, row.getString("problem_state"));
		}
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
	 * What a look found.
	 *
	 * @param answers an answer per request, in order
	 * @param moved what was scheduled
	 */
	record Found(List<Answer> answers, Moved moved) {
	}

	/**
	 * Scheduled messages that were moved.
	 */
	static final class Moved {

		private final Set<String> queues = new HashSet<>();

		private long count;

		private long nextIn = Long.MAX_VALUE;

		private @Nullable SQLException problem;

		/**
		 * The queues that they were moved to.
		 */
		Set<String> queues() {
			return this.queues;
		}

		/**
		 * Whether there may be more.
		 */
		boolean more() {
			return this.count >= MOST_MOVED;
		}

		/**
		 * Milliseconds until the next one is due.
		 */
		long nextIn() {
			return this.nextIn;
		}

		/**
		 * What kept them from being moved.
		 */
		@Nullable SQLException problem() {
			return this.problem;
		}

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
