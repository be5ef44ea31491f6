package io.github.queuestarter.benchmarks.postgres;

import java.sql.SQLException;

import io.github.queuestarter.benchmarks.Order;
import io.github.queuestarter.benchmarks.starter.Ours;

/**
 * Fills tables with orders.
 */
final class Payloads {

	private Payloads() {
	}

	/**
	 * Fill a table of raw JDBC, 1000 messages per transaction, as {@code sendAll} does.
	 */
	static void fillRaw(Database database, long from, long to) throws SQLException {
		fill(database, "raw_queue", from, to);
	}

	/**
	 * Fill our log without the detour through an application.
	 */
	static void fillOurs(Database database, long from, long to) throws SQLException {
		fill(database, "queue.queue_message", from, to);
	}

	private static void fill(Database database, String table, long from, long to) throws SQLException {
		String number = Long.toString(Order.of(0).number());
		database.run("""
				do $$
				begin
				  for n1 in %d..%d by 1000 loop
				    insert into %s (queue, payload)
				    select '%s', replace('%s', '%s', (%s + n)::text) from generate_series(n1, least(n1 + 999, %d)) n;
				    commit;
				  end loop;
				end $$""".formatted(from, to - 1, table, Ours.QUEUE, Order.json(0), number, number, to - 1));
	}

}
