package io.github.queuestarter.postgres;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;

import org.jspecify.annotations.Nullable;

/**
 * Sets array parameters. The driver sends an array of the very type as bytes; any other,
 * {@code Object[]} as well, as text that it has to escape and the server has to parse.
 */
final class ArrayParameters {

	private ArrayParameters() {
	}

	static void texts(PreparedStatement statement, int index, Collection<? extends @Nullable Object> values)
			throws SQLException {
		set(statement, index, "text", values.toArray(String[]::new));
	}

	static void longs(PreparedStatement statement, int index, Collection<? extends @Nullable Object> values)
			throws SQLException {
		set(statement, index, "int8", values.toArray(Long[]::new));
	}

	static void ints(PreparedStatement statement, int index, Collection<? extends @Nullable Object> values)
			throws SQLException {
		set(statement, index, "int4", values.toArray(Integer[]::new));
	}

	private static void set(PreparedStatement statement, int index, String type, @Nullable Object[] values)
			throws SQLException {
		statement.setArray(index, statement.getConnection().createArrayOf(type, values));
	}

}
