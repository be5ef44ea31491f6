package io.github.queuestarter.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

import javax.sql.DataSource;

import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * A release that is out: its script {@code schema-N.sql}, and {@code life-N.sql}, what an
 * application of it leaves behind.
 *
 * @param version the version of its tables
 */
record OldRelease(int version) {

	private static final String FILES = "classpath:io/github/queuestarter/postgres/";

	/**
	 * All of them, by their scripts.
	 */
	static List<OldRelease> all() {
		try {
			return Arrays.stream(new PathMatchingResourcePatternResolver().getResources(FILES + "schema-*.sql"))
				.map((script) -> Objects.requireNonNull(script.getFilename()).replaceAll("\\D", ""))
				.map((number) -> new OldRelease(Integer.parseInt(number)))
				.sorted(Comparator.comparingInt(OldRelease::version))
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Make the tables of that time.
	 */
	void install(DataSource dataSource, String schema) throws SQLException {
		SchemaCatalogue.runScript(dataSource, schema, text("schema"));
	}

	/**
	 * Make the tables of that time in some other way.
	 */
	void install(Installation installation) throws SQLException {
		installation.run(text("schema"));
	}

	/**
	 * Work with them as an application of that time does.
	 */
	void live(DataSource dataSource, String schema) throws SQLException {
		try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute("set search_path = " + statement.enquoteIdentifier(schema, true));
			for (String one : text("life").split(";\\s*\\R")) {
				statement.execute(one);
			}
			statement.execute("reset search_path");
		}
	}

	private String text(String kind) {
		Resource resource = new PathMatchingResourcePatternResolver()
			.getResource(FILES + kind + "-" + this.version + ".sql");
		try {
			return resource.getContentAsString(StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Runs a script.
	 */
	@FunctionalInterface
	interface Installation {

		void run(String script) throws SQLException;

	}

	@Override
	public String toString() {
		return "version " + this.version;
	}

}
