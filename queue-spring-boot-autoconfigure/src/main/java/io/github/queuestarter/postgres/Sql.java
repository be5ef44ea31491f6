package io.github.queuestarter.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The statements of the store, read from files beside this class.
 */
final class Sql {

	static final String SCHEMA_SCRIPT = "io/github/queuestarter/postgres/schema.sql";

	private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*--.*\\R?");

	private final String schema;

	private final Map<String, String> statements = new ConcurrentHashMap<>();

	Sql(String schema) {
		this.schema = schema;
	}

	String schema() {
		return this.schema;
	}

	/**
	 * The schema as statements have it.
	 */
	String quotedSchema() {
		return '"' + this.schema.replace("\"", "\"\"") + '"';
	}

	/**
	 * The statement in a file, with the schema's name put in.
	 */
	String get(String name) {
		return this.statements.computeIfAbsent(name, this::load);
	}

	static String script() {
		return read("schema.sql");
	}

	private String load(String name) {
		String text = COMMENT.matcher(read(name + ".sql")).replaceAll("");
		return text.replaceAll(":schema\\b", Matcher.quoteReplacement(quotedSchema())).strip();
	}

	private static String read(String file) {
		try (InputStream in = Sql.class.getResourceAsStream(file)) {
			if (in == null) {
				throw new IllegalStateException("Class path lacks '" + file + "' of the Postgres store");
			}
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
