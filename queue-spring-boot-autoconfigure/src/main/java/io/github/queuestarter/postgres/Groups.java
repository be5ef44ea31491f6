package io.github.queuestarter.postgres;

import io.github.queuestarter.Position;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.Subscription;

/**
 * Makes groups.
 */
final class Groups {

	private static final String DEFAULT_GROUP = "default";

	private final Database database;

	private final Reads reads;

	private final QueueObserver observer;

	Groups(Database database, QueueObserver observer) {
		this.database = database;
		this.reads = new Reads(database);
		this.observer = observer;
	}

	/**
	 * Make the group if it is not there.
	 */
	void make(Subscription subscription) {
		Position from = subscription.startFrom();
		boolean kept = this.reads.isKept(subscription.queue(), from);
		Made made = make(subscription, kept ? from : Position.earliest());
		if (made.created() && !kept) {
			this.observer.on(new QueueEvent.Warning(PostgresStore.BACKEND,
					"Group '" + subscription.group() + "' of queue '" + subscription.queue()
							+ "' was to start at message '" + from
							+ "', which is not kept any more. It starts with the oldest one."));
		}
		if (subscription.group().equals(DEFAULT_GROUP) && !made.application().equals(subscription.application())) {
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
		if (make(subscription, Position.earliest()).created()) {
			this.observer.on(new QueueEvent.GroupRecreated(PostgresStore.BACKEND, subscription.queue(),
					subscription.group(), Position.earliest().toString()));
		}
	}

	private Made make(Subscription subscription, Position startFrom) {
		return this.database.query("make group '" + subscription.group() + "' of '" + subscription.queue() + "'",
				"create-group", (statement) -> {
					statement.setString(1, subscription.queue());
					statement.setString(2, subscription.group());
					statement.setString(3, Places.text(startFrom));
					statement.setString(4, subscription.application());
				}, (rows) -> {
					rows.next();
					return new Made(rows.getBoolean("created"), rows.getString("application"));
				});
	}

	private record Made(boolean created, String application) {
	}

}
