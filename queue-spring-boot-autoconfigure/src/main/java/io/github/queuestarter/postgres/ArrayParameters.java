package io.github.queuestarter.postgres;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;

import org.jspecify.annotations.Nullable;

/**
 * Sets array parameters.
 */
final class ArrayParameters {

	private ArrayParameters() {
	}

	static void texts(PreparedStatement statement, int index, Collection<? extends @Nullable Object> values)
			throws SQLException {
		set(statement, index, "text", values);
	}

	static void longs(PreparedStatement statement, int index, Collection<? extends @Nullable Object> values)
			throws SQLException {
		set(statement, index, "int8", values);
	}

	static void ints(PreparedStatement statement, int index, Collection<? extends @Nullable Object> values)
			throws SQLException {
		set(statement, index, "int4", values);
	}

	static void set(PreparedStatement statement, int index, String type, Collection<? extends @Nullable Object> values)
			throws SQLException {
		statement.setArray(index, statement.getConnection().createArrayOf(type, values.toArray()));
	}

}
