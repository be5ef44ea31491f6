package io.github.queuestarter.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;

import io.github.queuestarter.EncodedPayload;
import org.jspecify.annotations.Nullable;

/**
 * Reads the columns that messages have wherever they are.
 */
final class MessageColumns {

	private MessageColumns() {
	}

	static EncodedPayload payload(ResultSet row) throws SQLException {
		return PayloadColumns.read(row.getString("format"), row.getBytes("payload"));
	}

	static Map<String, String> headers(ResultSet row) throws SQLException {
		return HeadersColumn.read(row.getString("headers"));
	}

	static Instant instant(ResultSet row, String column) throws SQLException {
		return row.getObject(column, OffsetDateTime.class).toInstant();
	}

	static Instant instant(ResultSet row, int column) throws SQLException {
		return row.getObject(column, OffsetDateTime.class).toInstant();
	}

	static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
		OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
		return (time != null) ? time.toInstant() : null;
	}

}
