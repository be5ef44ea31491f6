package io.github.queuestarter.endtoend;

import java.util.List;

import org.springframework.jdbc.core.JdbcTemplate;

/**
 * What handlers have written, in a table that takes everything twice: without a unique
 * key nothing but the transaction keeps an effect from being there two times.
 */
final class Ledger {

	private final JdbcTemplate jdbc;

	private final String table;

	/**
	 * Create.
	 * @param jdbc what reads and writes it: that of an application writes as part of its
	 * transactions
	 */
	Ledger(JdbcTemplate jdbc, String name) {
		this.jdbc = jdbc;
		this.table = "\"ledger " + name + "\"";
	}

	void create() {
		this.jdbc.execute("create table " + this.table + " (entry text not null, crashes int not null)");
	}

	void drop() {
		this.jdbc.execute("drop table if exists " + this.table);
	}

	void add(String entry, int crashes) {
		this.jdbc.update("insert into " + this.table + " values (?, ?)", entry, crashes);
	}

	/**
	 * Refuse each commit that adds an entry.
	 */
	void refuseCommits() {
		this.jdbc.execute("create or replace function refuse() returns trigger language plpgsql as"
				+ " $$ begin raise 'refused at commit'; end $$");
		this.jdbc.execute("create constraint trigger refuse after insert on " + this.table
				+ " deferrable initially deferred for each row execute function refuse()");
	}

	List<String> entries() {
		return this.jdbc.queryForList("select entry from " + this.table + " order by entry collate \"C\"",
				String.class);
	}

	int size() {
		return count("true");
	}

	int count(String condition) {
		return this.jdbc.queryForObject("select count(*)::int from " + this.table + " where " + condition,
				Integer.class);
	}

	/**
	 * How many of the entries, which name their message by its id, belong to a message
	 * that is still held.
	 */
	int held() {
		return this.jdbc.queryForObject("select count(*)::int from " + this.table
				+ " l join queue.queue_message m on m.message_id::text = l.entry"
				+ " join queue.queue_delivery d on d.queue = m.queue and d.ids @> array[m.id]", Integer.class);
	}

}
