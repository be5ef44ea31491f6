package io.github.queuestarter.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.github.queuestarter.DeadLetter;
import io.github.queuestarter.DeadLetterPage;
import io.github.queuestarter.Failure;
import io.github.queuestarter.PageRequest;

/**
 * The dead letters of groups.
 */
final class DeadLetters {

	private final Database database;

	DeadLetters(Database database) {
		this.database = database;
	}

	DeadLetterPage page(String queue, String group, PageRequest page) {
		long after = (page.after() != null) ? Long.parseLong(page.after()) : 0;
		return this.database.query("read the dead letters of '" + queue + "'", "dead-letters", (statement) -> {
			statement.setString(1, queue);
			statement.setString(2, group);
			statement.setLong(3, after);
			// One more tells whether there is a next page
			statement.setInt(4, page.size() + 1);
		}, (rows) -> page(rows, queue, group, page.size()));
	}

	int replay(String queue, String group, String id) {
		return isId(id) ? this.database.query("replay dead letter '" + id + "'", "replay", (statement) -> {
			statement.setString(1, id);
			statement.setString(2, queue);
			statement.setString(3, group);
		}, DeadLetters::count) : 0;
	}

	int replay(String queue, String group, int most) {
		return this.database.query("replay dead letters of '" + queue + "'", "replay-many", (statement) -> {
			statement.setString(1, queue);
			statement.setString(2, group);
			statement.setInt(3, most);
		}, DeadLetters::count);
	}

	boolean discard(String queue, String group, String id) {
		return isId(id) && this.database.query("discard dead letter '" + id + "'", "discard", (statement) -> {
			statement.setString(1, id);
			statement.setString(2, queue);
			statement.setString(3, group);
		}, ResultSet::next);
	}

	private static DeadLetterPage page(ResultSet rows, String queue, String group, int size) throws SQLException {
		List<DeadLetter> deadLetters = new ArrayList<>();
		String last = "0";
		while (rows.next()) {
			if (deadLetters.size() == size) {
				return new DeadLetterPage(deadLetters, new PageRequest(last, size));
			}
			deadLetters.add(read(rows, queue, group));
			last = rows.getString("id");
		}
		return new DeadLetterPage(deadLetters, null);
	}

	private static DeadLetter read(ResultSet row, String queue, String group) throws SQLException {
		return new DeadLetter(row.getString("message_id"), queue, group, MessageColumns.payload(row),
				MessageColumns.headers(row), MessageColumns.instant(row, "sent_at"), row.getInt("attempts"),
				row.getInt("crashes"), MessageColumns.instant(row, "first_failure_at"),
				MessageColumns.instant(row, "last_failure_at"), row.getString("consumer"),
				new Failure(Failure.Kind.valueOf(row.getString("kind")), row.getString("reason"),
						row.getString("exception_class"), row.getString("exception_message"),
						row.getString("stack_trace")));
	}

	private static int count(ResultSet rows) throws SQLException {
		int count = 0;
		while (rows.next()) {
			count++;
		}
		return count;
	}

	/**
	 * Whether a message may have this id.
	 */
	static boolean isId(String id) {
		try {
			return UUID.fromString(id).toString().equalsIgnoreCase(id);
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

}
