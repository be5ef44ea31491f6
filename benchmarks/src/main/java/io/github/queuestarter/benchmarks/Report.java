package io.github.queuestarter.benchmarks;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The figures of a run: as a table for the terminal, as Markdown for the docs, as JSON
 * for everything else.
 */
public final class Report {

	private final Options options;

	private final Map<String, String> facts = new LinkedHashMap<>();

	private final List<Figures> all = new ArrayList<>();

	private final List<String> failures = new ArrayList<>();

	Report(Options options, Map<String, String> facts) {
		this.options = options;
		this.facts.put("date", LocalDate.now().toString());
		this.facts.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
		this.facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
		this.facts.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
		this.facts.putAll(facts);
		this.facts.put("rounds", Integer.toString(options.rounds()));
		this.facts.put("messages", Integer.toString(options.messages()));
	}

	void add(Figures figures) {
		this.all.add(figures);
	}

	void addFailure(Scenario scenario, Exception cause) {
		this.failures.add("Scenario '" + scenario.name() + "' did not come to its end: " + cause);
	}

	/**
	 * What went wrong.
	 */
	List<String> failures() {
		return this.failures;
	}

	String text() {
		return facts() + "\n\n" + Table.aligned(FIGURE_COLUMNS, figures()) + "\n"
				+ Table.aligned(CHECK_COLUMNS, checks()) + String.join("\n", this.failures);
	}

	/**
	 * The tables as Markdown.
	 */
	String markdown() {
		return facts() + "\n\n" + Table.markdown(CHECK_COLUMNS, checks()) + "\n"
				+ Table.markdown(FIGURE_COLUMNS, figures()) + String.join("\n", this.failures);
	}

	/**
	 * A page with the tables between its markers replaced.
	 */
	String putInto(String page) {
		String begin = "<!-- figures: " + this.options.suite() + " -->";
		String end = "<!-- end of figures: " + this.options.suite() + " -->";
		int from = page.indexOf(begin);
		int to = page.indexOf(end);
		if (from < 0 || to < from) {
			throw new IllegalArgumentException("The page lacks '" + begin + "' and, behind it, '" + end + "'");
		}
		return page.substring(0, from + begin.length()) + "\n\n" + markdown() + "\n" + page.substring(to);
	}

	String json() {
		List<Map<String, Object>> scenarios = new ArrayList<>();
		for (Figures figures : this.all) {
			Map<String, Object> contenders = new LinkedHashMap<>();
			figures.scenario()
				.contenders()
				.forEach((contender) -> contenders.put(contender.name(), figures.metricsOf(contender.name())));
			Map<String, Object> scenario = new LinkedHashMap<>();
			scenario.put("name", figures.scenario().name());
			scenario.put("question", figures.scenario().question());
			scenario.put("rounds", contenders);
			scenario.put("checks", figures.scenario().checks().stream().map((check) -> json(figures, check)).toList());
			scenarios.add(scenario);
		}
		Map<String, Object> root = new LinkedHashMap<>();
		root.put("suite", this.options.suite());
		root.put("facts", this.facts);
		root.put("scenarios", scenarios);
		root.put("failures", this.failures);
		return JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build().writeValueAsString(root);
	}

	private static Map<String, Object> json(Figures figures, Check check) {
		Map<String, Object> json = new LinkedHashMap<>();
		json.put("metric", check.metric());
		json.put("contender", check.contender());
		if (check.peer() != null) {
			json.put("peer", check.peer());
		}
		json.put("comparison", check.comparison());
		json.put("target", check.target());
		json.put("result", figures.result(check));
		json.put("holds", check.holds(figures.result(check)));
		return json;
	}

	private String facts() {
		List<String> facts = new ArrayList<>();
		this.facts.forEach((name, value) -> facts.add(name + ": " + value));
		return String.join("; ", facts);
	}

	private static final List<String> FIGURE_COLUMNS = List.of("scenario", "contender", "metric", "median", "from",
			"to");

	private List<List<String>> figures() {
		List<List<String>> rows = new ArrayList<>();
		for (Figures figures : this.all) {
			for (Contender contender : figures.scenario().contenders()) {
				figures.metricsOf(contender.name())
					.forEach((metric,
							rounds) -> rows.add(List.of(figures.scenario().name(), contender.name(), metric,
									number(Figures.median(rounds)), number(Collections.min(rounds)),
									number(Collections.max(rounds)))));
			}
		}
		return rows;
	}

	private static final List<String> CHECK_COLUMNS = List.of("scenario", "metric", "of", "divided by", "result",
			"target", "reached");

	private List<List<String>> checks() {
		List<List<String>> rows = new ArrayList<>();
		for (Figures figures : this.all) {
			for (Check check : figures.scenario().checks()) {
				double result = figures.result(check);
				String peer = check.peer();
				rows.add(List.of(figures.scenario().name(), check.metric(), check.contender(),
						(peer != null) ? peer : "", (peer != null) ? ratio(result) : number(result),
						check.comparison().sign() + " "
								+ ((peer != null) ? ratio(check.target()) : number(check.target())),
						check.holds(result) ? "yes" : "no"));
			}
		}
		return rows;
	}

	private static String ratio(double value) {
		return String.format(Locale.ROOT, "× %.2f", value);
	}

	static String number(double value) {
		return String.format(Locale.ROOT, (Math.abs(value) < 100) ? "%.2f" : "%,.0f", value);
	}

}
