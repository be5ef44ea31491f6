package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What Postgres says of the statements inside of a call: how it ran them and what they
 * read.
 */
final class Plans {

	private static final Pattern ROWS = Pattern.compile("actual time=[0-9.]+ rows=([0-9.]+) loops=([0-9]+)");

	private static final Pattern FILTERED = Pattern.compile("Rows Removed by [A-Za-z ]+: ([0-9]+)");

	private static final Pattern PAGES = Pattern.compile("Buffers: shared hit=([0-9]+)");

	private final String schema;

	private final int batch;

	/**
	 * Create.
	 * @param schema where the tables are
	 * @param batch how much a call is for; few is a few times that
	 */
	Plans(String schema, int batch) {
		this.schema = schema;
		this.batch = batch;
	}

	/**
	 * Run statements in one session.
	 * @return the notices
	 */
	List<String> run(String... statements) throws SQLException {
		List<String> notices = new ArrayList<>();
		try (Connection connection = Databases.dedicated().getConnection();
				Statement statement = connection.createStatement()) {
			statement.execute("set search_path = \"" + this.schema + "\"");
			for (String sql : statements) {
				statement.execute(sql);
				for (SQLWarning notice = statement.getWarnings(); notice != null; notice = notice.getNextWarning()) {
					notices.add(notice.getMessage());
				}
			}
		}
		return notices;
	}

	/**
	 * The value of an expression, as text.
	 */
	String value(String expression) throws SQLException {
		List<String> notices = run("do $$ begin raise notice '%', (" + expression + "); end $$");
		assertThat(notices).hasSize(1);
		return notices.get(0);
	}

	/**
	 * The settings with which a function runs.
	 */
	String settings(String function) throws SQLException {
		return value("select proconfig from pg_proc where oid = '" + function + "'::regproc");
	}

	void assertReadsFewByIndex(String call) throws SQLException {
		String plans = explained(call);
		assertThat(plans).doesNotContain("Bitmap");
		assertFewRows(plans);
	}

	void assertReadsFew(String call) throws SQLException {
		assertFewRows(explained(call));
	}

	private String explained(String call) throws SQLException {
		return String.join("\n", explain(false, call));
	}

	private void assertFewRows(String plans) {
		assertThat(plans).contains("Query Text").doesNotContain("JIT:");
		Matcher rows = ROWS.matcher(plans);
		while (rows.find()) {
			assertThat(Double.parseDouble(rows.group(1)) * Long.parseLong(rows.group(2))).as(plans)
				.isLessThanOrEqualTo(5 * this.batch);
		}
		Matcher filtered = FILTERED.matcher(plans);
		while (filtered.find()) {
			assertThat(Long.parseLong(filtered.group(1))).as(plans).isLessThanOrEqualTo(5 * this.batch);
		}
	}

	/**
	 * The most that one statement inside of a call reads of the log.
	 */
	long pagesOfTheLog(String call) throws SQLException {
		long most = 0;
		for (String plan : explain(true, call)) {
			// not the call itself, in which the functions are compiled
			if (plan.contains("from queue_message") && !plan.contains(call)) {
				Matcher pages = PAGES.matcher(plan);
				while (pages.find()) {
					most = Math.max(most, Long.parseLong(pages.group(1)));
				}
			}
		}
		return most;
	}

	/**
	 * What all statements inside of a call read.
	 */
	long pagesOfAll(String call) throws SQLException {
		long all = 0;
		for (String plan : explain(true, call)) {
			Matcher pages = PAGES.matcher(plan);
			// the call itself comes with the compilation of its functions
			if (!plan.contains(call) && pages.find()) {
				all += Long.parseLong(pages.group(1));
			}
		}
		assertThat(all).isPositive();
		return all;
	}

	private List<String> explain(boolean buffers, String call) throws SQLException {
		return run("load 'auto_explain'", "set auto_explain.log_min_duration = 0",
				"set auto_explain.log_nested_statements = on", "set auto_explain.log_analyze = on",
				"set auto_explain.log_buffers = " + buffers, "set auto_explain.log_level = notice", call);
	}

}
