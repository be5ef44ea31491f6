package io.github.queuestarter.postgres;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * Copies the tables as a dump and a restore do: everything in one snapshot of the one
 * database, table by table into the other, and then the sequences, unless they are to be
 * lost.
 */
record LogicalCopy(String schema, boolean withSequences) {

	void copy(DataSource from, DataSource to) throws SQLException, IOException {
		try (Connection source = from.getConnection(); Connection target = to.getConnection()) {
			source.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
			source.setAutoCommit(false);
			makeTables(target);
			for (String table : texts(source,
					"select c.oid::regclass::text from pg_class c where c.relkind = 'r'"
							+ " and c.relnamespace = (select n.oid from pg_namespace n where n.nspname = ?) order by 1",
					this.schema)) {
				copyRows(source, target, table);
			}
			if (this.withSequences) {
				copySequences(source, target);
			}
			source.rollback();
		}
	}

	/**
	 * Make the tables, empty.
	 */
	void makeTables(DataSource database) throws SQLException {
		try (Connection connection = database.getConnection()) {
			makeTables(connection);
		}
	}

	private void makeTables(Connection target) throws SQLException {
		target.setAutoCommit(false);
		try (PreparedStatement setting = target.prepareStatement("select set_config('queue.schema', ?, true)");
				Statement statement = target.createStatement()) {
			setting.setString(1, this.schema);
			setting.execute();
			statement.execute(Sql.script());
			statement.execute("delete from queue_meta");
		}
		target.commit();
		target.setAutoCommit(true);
	}

	private static void copyRows(Connection source, Connection target, String table) throws SQLException, IOException {
		String columns = texts(source,
				"select string_agg(quote_ident(a.attname), ', ' order by a.attnum)"
						+ " from pg_attribute a where a.attrelid = ?::regclass and a.attnum > 0 and not a.attisdropped"
						+ " and a.attgenerated = ''",
				table)
			.get(0);
		ByteArrayOutputStream rows = new ByteArrayOutputStream();
		manager(source).copyOut("copy " + table + " (" + columns + ") to stdout", rows);
		manager(target).copyIn("copy " + table + " (" + columns + ") from stdin",
				new ByteArrayInputStream(rows.toByteArray()));
	}

	private void copySequences(Connection source, Connection target) throws SQLException {
		for (String sequence : texts(source,
				"select format('%I.%I', schemaname, sequencename) from pg_sequences" + " where schemaname = ?",
				this.schema)) {
			String value = texts(source, "select last_value || ', ' || is_called from " + sequence).get(0);
			texts(target, "select setval('" + sequence + "', " + value + ")");
		}
	}

	private static CopyManager manager(Connection connection) throws SQLException {
		return connection.unwrap(PGConnection.class).getCopyAPI();
	}

	private static List<String> texts(Connection connection, String sql, String... parameters) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			for (int i = 0; i < parameters.length; i++) {
				statement.setString(i + 1, parameters[i]);
			}
			try (ResultSet rows = statement.executeQuery()) {
				List<String> texts = new ArrayList<>();
				while (rows.next()) {
					texts.add(rows.getString(1));
				}
				return texts;
			}
		}
	}

}
