package io.github.queuestarter.benchmarks.postgres;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import io.github.queuestarter.benchmarks.Order;
import tools.jackson.databind.json.JsonMapper;

/**
 * Orders as the JSON that the store keeps.
 */
final class Payloads {

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	private Payloads() {
	}

	static String json(long number) {
		String json = MAPPER.writeValueAsString(Order.of(number));
		if (json.length() != Order.JSON_SIZE) {
			throw new IllegalStateException(
					"An order has %d bytes instead of %d: %s".formatted(json.length(), Order.JSON_SIZE, json));
		}
		return json;
	}

	static List<String> json(long from, long to) {
		List<String> all = new ArrayList<>();
		for (long number = from; number < to; number++) {
			all.add(json(number));
		}
		return all;
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
				end $$""".formatted(from, to - 1, table, Ours.QUEUE, json(0), number, number, to - 1));
	}

}
