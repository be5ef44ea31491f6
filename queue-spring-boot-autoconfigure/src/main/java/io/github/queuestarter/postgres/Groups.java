package io.github.queuestarter.postgres;

import java.util.Locale;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.StartFrom;
import io.github.queuestarter.store.Subscription;

/**
 * Makes groups.
 */
final class Groups {

	private final Database database;

	private final QueueObserver observer;

	Groups(Database database, QueueObserver observer) {
		this.database = database;
		this.observer = observer;
	}

	/**
	 * Make the group if it is not there.
	 */
	void make(Subscription subscription) {
		Made made = make(subscription, subscription.startFrom());
		if (!made.application().equals(subscription.application())) {
			this.observer.on(new QueueEvent.Warning(PostgresStore.BACKEND, "Group '" + subscription.group()
					+ "' of queue '" + subscription.queue() + "' was made by application '" + made.application()
					+ "', and '" + subscription.application()
					+ "' shares its messages. Give each application a group of its own if both are to have all."));
		}
	}

	/**
	 * Make a group again that was there and is gone: from the oldest message, as nobody
	 * knows any more what it had finished.
	 */
	void makeAgain(Subscription subscription) {
		if (make(subscription, StartFrom.EARLIEST).created()) {
			this.observer.on(new QueueEvent.GroupRecreated(PostgresStore.BACKEND, subscription.queue(),
					subscription.group(), name(StartFrom.EARLIEST)));
		}
	}

	private Made make(Subscription subscription, StartFrom startFrom) {
		return this.database.query("make group '" + subscription.group() + "' of '" + subscription.queue() + "'",
				"create-group", (statement) -> {
					statement.setString(1, subscription.queue());
					statement.setString(2, subscription.group());
					statement.setString(3, name(startFrom));
					statement.setString(4, subscription.application());
				}, (rows) -> {
					rows.next();
					return new Made(rows.getBoolean("created"), rows.getString("application"));
				});
	}

	private static String name(StartFrom startFrom) {
		return startFrom.name().toLowerCase(Locale.ROOT);
	}

	private record Made(boolean created, String application) {
	}

}
