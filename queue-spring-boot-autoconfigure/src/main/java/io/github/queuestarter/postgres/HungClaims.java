package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.QueueStoreException;

/**
 * Ends claims whose answer nobody takes. Until its answer is sent a claim holds the lock
 * of its group, so a consumer that is frozen, or behind a network that swallows packets,
 * would keep all others from claiming.
 */
final class HungClaims {

	private final Database database;

	private final Duration patience;

	private final QueueObserver observer;

	private volatile boolean told;

	/**
	 * Create.
	 * @param patience after how long a consumer has given up its claim by itself
	 */
	HungClaims(Database database, Duration patience, QueueObserver observer) {
		this.database = database;
		this.patience = patience;
		this.observer = observer;
	}

	/**
	 * End them. A role that may not do so goes on without.
	 */
	void end() {
		try {
			endAll();
		}
		catch (QueueStoreException ex) {
			if (!this.told) {
				this.told = true;
				this.observer.on(new QueueEvent.Warning(PostgresStore.BACKEND,
						"Claims of frozen consumers can't be ended: " + ex.getMessage()));
			}
		}
	}

	private void endAll() {
		String schema = this.database.sql().quotedSchema();
		List<String> ended = this.database.query("look for hung claims", "end-hung", (statement) -> {
			statement.setString(1, schema + ".claim_v2(");
			statement.setString(2, schema + ".look_v1(");
			statement.setString(3, schema + ".read_claimed_v1(");
			statement.setDouble(4, this.patience.toMillis() / 1000.0);
		}, (rows) -> {
			List<String> sessions = new ArrayList<>();
			while (rows.next()) {
				sessions.add("session " + rows.getInt("pid") + " of application '" + rows.getString("application_name")
						+ "' at " + rows.getString("address"));
			}
			return sessions;
		});
		ended.forEach((session) -> this.observer.on(new QueueEvent.Warning(PostgresStore.BACKEND,
				"Ended " + session + ", which had not taken the answer of its claim for more than "
						+ this.patience.toSeconds() + " s, and may have kept others from claiming. Nothing is lost. "
						+ "Look whether that process is frozen or its network broken.")));
	}

}
