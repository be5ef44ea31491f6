package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;

/**
 * Makes tables that were copied from another database at home in this one. Their cursors
 * name transactions, and another cluster counts those anew: what a group has not finished
 * becomes retries with their own bytes, and the cursors restart at the present.
 * <p>
 * Each step is a transaction of its own. Any number of instances may take steps at once;
 * who dies leaves the rest to the next one.
 */
final class Rebase {

	private static final int BATCH = 2000;

	/**
	 * How long a step may wait for one of another instance, or look for the highest ids.
	 */
	private static final Duration PATIENCE = Duration.ofMinutes(30);

	private final Database database;

	private final QueueObserver observer;

	private final int batch;

	Rebase(Database database, QueueObserver observer) {
		this(database, observer, BATCH);
	}

	Rebase(Database database, QueueObserver observer, int batch) {
		this.database = database;
		this.observer = observer;
		this.batch = batch;
	}

	/**
	 * Compare, and re-base if needed. One short read if not.
	 */
	synchronized void run() {
		this.database
			.query("see whether the queue's tables are at home", "check-home", Database.Binder.NONE, Rebase::text)
			.ifPresent((reason) -> this.database.call("re-base the queue's tables", this::rebase)
				.ifPresent((ended) -> this.observer.on(new QueueEvent.Rebased(PostgresStore.BACKEND, words(reason),
						ended.unfinished(), ended.finished()))));
	}

	private Optional<Ended> rebase(Connection connection) throws SQLException {
		connection.setNetworkTimeout(Runnable::run, (int) PATIENCE.toMillis());
		boolean begun = unhurried(connection,
				(own) -> this.database.query(own, "rebase-begin", Database.Binder.NONE, Rebase::text).isPresent());
		if (!begun) {
			return Optional.empty();
		}
		for (String queue : this.database.query(connection, "rebase-queues", Database.Binder.NONE, Rebase::texts)) {
			boolean done = false;
			while (!done) {
				done = unhurried(connection, (own) -> step(own, queue));
			}
		}
		return unhurried(connection,
				(own) -> this.database.query(own, "rebase-end", Database.Binder.NONE, Rebase::ended));
	}

	/**
	 * Take a step in a transaction that no statement time-out of the role ends: it would
	 * end the same step again and again.
	 */
	private static <T> T unhurried(Connection connection, Database.Work<T> step) throws SQLException {
		connection.setAutoCommit(false);
		try (Statement statement = connection.createStatement()) {
			statement.execute("set local statement_timeout = 0");
			T answer = step.call(connection);
			connection.commit();
			connection.setAutoCommit(true);
			return answer;
		}
		catch (SQLException ex) {
			try {
				connection.rollback();
				connection.setAutoCommit(true);
			}
			catch (SQLException inTurn) {
				ex.addSuppressed(inTurn);
			}
			throw ex;
		}
	}

	private boolean step(Connection connection, String queue) throws SQLException {
		return this.database.query(connection, "rebase-queue", (statement) -> {
			statement.setString(1, queue);
			statement.setInt(2, this.batch);
		}, (rows) -> {
			rows.next();
			return rows.getBoolean(1);
		});
	}

	private static String words(String reason) {
		return switch (reason) {
			case "cluster" -> "they belong to another database cluster";
			case "database" -> "they belong to another database of this cluster";
			case "future" -> "they name transactions that this cluster has not come to";
			default -> "they are a copy, or a re-base was interrupted";
		};
	}

	private static Optional<String> text(ResultSet rows) throws SQLException {
		rows.next();
		return Optional.ofNullable(rows.getString(1));
	}

	private static Optional<Ended> ended(ResultSet rows) throws SQLException {
		return rows.next() ? Optional.of(new Ended(rows.getLong("unfinished"), rows.getLong("finished")))
				: Optional.empty();
	}

	private static List<String> texts(ResultSet rows) throws SQLException {
		List<String> texts = new ArrayList<>();
		while (rows.next()) {
			texts.add(rows.getString(1));
		}
		return texts;
	}

	private record Ended(long unfinished, long finished) {
	}

}
