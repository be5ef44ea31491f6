package io.github.queuestarter.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import io.github.queuestarter.store.Receipt;
import io.github.queuestarter.store.Sink;
import io.github.queuestarter.store.Subscription;

/**
 * Compares what the store says that a consumer holds with what its sink knows, and gives
 * back the rest: the traces of claims whose answer was lost. To be used by the thread
 * that claims the kind of messages in question, as between its claim and its hand-over
 * the sink can't know.
 */
final class Holdings {

	private final Database database;

	private final SettleCalls settleCalls;

	Holdings(Database database, SettleCalls settleCalls) {
		this.database = database;
		this.settleCalls = settleCalls;
	}

	void reconcileNew(Subscription subscription, Sink sink) {
		reconcile("held-deliveries", subscription, sink,
				(row) -> new LogReceipt(row.getLong("delivery"), row.getLong("id")));
	}

	void reconcileDue(Subscription subscription, Sink sink) {
		reconcile("held-retries", subscription, sink,
				(row) -> new RetryReceipt(row.getLong("retry"), row.getInt("claim")));
	}

	private void reconcile(String statement, Subscription subscription, Sink sink, ReceiptReading reading) {
		String consumer = sink.consumer();
		List<Receipt> unknown = this.database.query("compare what is held of '" + subscription.queue() + "'", statement,
				(prepared) -> {
					prepared.setString(1, consumer);
					prepared.setString(2, subscription.queue());
					prepared.setString(3, subscription.group());
				}, (rows) -> unknown(rows, sink, reading));
		if (!unknown.isEmpty()) {
			this.settleCalls.release(consumer, subscription.queue(), subscription.group(), unknown);
		}
	}

	private static List<Receipt> unknown(ResultSet rows, Sink sink, ReceiptReading reading) throws SQLException {
		List<Receipt> unknown = new ArrayList<>();
		while (rows.next()) {
			Receipt receipt = reading.read(rows);
			if (!sink.holds(receipt)) {
				unknown.add(receipt);
			}
		}
		return unknown;
	}

	@FunctionalInterface
	private interface ReceiptReading {

		Receipt read(ResultSet row) throws SQLException;

	}

}
