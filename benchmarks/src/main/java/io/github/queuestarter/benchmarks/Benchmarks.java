package io.github.queuestarter.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.github.queuestarter.benchmarks.starter.Child;

/**
 * Runs a suite and prints how it went. Started with {@code child} it is a JVM of its own
 * for a scenario that needs one.
 */
@SuppressWarnings("SystemOut") // the report is the output
public final class Benchmarks {

	private Benchmarks() {
	}

	public static void main(String[] arguments) throws Exception {
		List<String> words = List.of(arguments);
		if (!words.isEmpty() && words.get(0).equals("child")) {
			Child.run(words.subList(1, words.size()));
			System.exit(0);
		}
		Options options;
		try {
			options = Options.parse(words);
		}
		catch (IllegalArgumentException ex) {
			System.err.println(ex.getMessage());
			System.exit(2);
			return;
		}
		int failures = 0;
		try (Suite suite = Suites.start(options)) {
			if (words.contains("--list")) {
				suite.scenarios()
					.forEach((scenario) -> System.out.println(scenario.name() + "  " + scenario.question()));
			}
			else {
				Report report = new Runner(options.rounds(), true, System.err::println).run(suite, options);
				write(report, options);
				failures = report.failures().size();
			}
		}
		System.exit((failures > 0) ? 1 : 0);
	}

	private static void write(Report report, Options options) throws Exception {
		System.out.println(report.text());
		Path json = options.json();
		if (json != null) {
			Files.writeString(json, report.json());
		}
		Path markdown = options.markdown();
		if (markdown != null) {
			Files.writeString(markdown, report.putInto(Files.readString(markdown)));
		}
	}

}
