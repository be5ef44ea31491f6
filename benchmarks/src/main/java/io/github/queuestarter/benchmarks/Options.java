package io.github.queuestarter.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What to run.
 *
 * @param suite the store
 * @param scenarios names of the scenarios to run, empty for all
 * @param rounds how many rounds are counted
 * @param messages how many messages a round of a throughput scenario moves; the others
 * are measured by it
 * @param seconds how long scenarios watch that are about time
 * @param settling how many seconds an idle application is left alone before it is
 * watched: one that does little is compiled for minutes
 * @param json where to write all figures, or {@code null}
 * @param markdown which file to write the tables into, between its markers, or
 * {@code null}
 */
public record Options(String suite, Set<String> scenarios, int rounds, int messages, int seconds, int settling,
		@Nullable Path json, @Nullable Path markdown) {

	static final String USAGE = """
			java -jar benchmarks.jar <suite> [options]

			suites: %s
			  --scenarios=a,b      only these
			  --quick              a first impression in two minutes: one round, few messages
			  --rounds=n           how many rounds are counted (3)
			  --messages=n         how many messages a round moves (200000)
			  --seconds=n          how long latency and idling are watched (10)
			  --settling=n         how many seconds idle applications are left alone before (240)
			  --json=file          write all figures there
			  --markdown=file      replace the tables in that file
			  --list               names of the scenarios
			""".formatted(String.join(", ", Suites.NAMES));

	private static final int MESSAGES = 200_000;

	private static final int FEW_MESSAGES = 20_000;

	/**
	 * Options for a glance: every scenario once, with few messages.
	 */
	public static Options glance(String suite, int messages) {
		return new Options(suite, Set.of(), 1, messages, 1, 1, null, null);
	}

	static Options parse(List<String> arguments) {
		boolean quick = arguments.contains("--quick");
		List<String> words = new ArrayList<>(arguments);
		words.removeIf((word) -> word.startsWith("--"));
		if (words.size() != 1 || !Suites.NAMES.contains(words.get(0))) {
			throw new IllegalArgumentException("One suite must be named\n\n" + USAGE);
		}
		String scenarios = value(arguments, "scenarios");
		return new Options(words.get(0), (scenarios != null) ? Set.of(scenarios.split(",")) : Set.of(),
				number(arguments, "rounds", quick ? 1 : 3),
				number(arguments, "messages", quick ? FEW_MESSAGES : MESSAGES),
				number(arguments, "seconds", quick ? 3 : 10), number(arguments, "settling", quick ? 20 : 240),
				path(arguments, "json"), path(arguments, "markdown"));
	}

	private static int number(List<String> arguments, String name, int otherwise) {
		String value = value(arguments, name);
		return (value != null) ? Integer.parseInt(value) : otherwise;
	}

	private static @Nullable Path path(List<String> arguments, String name) {
		String value = value(arguments, name);
		return (value != null) ? Path.of(value) : null;
	}

	private static @Nullable String value(List<String> arguments, String name) {
		String start = "--" + name + "=";
		return arguments.stream()
			.filter((argument) -> argument.startsWith(start))
			.map((argument) -> argument.substring(start.length()))
			.findFirst()
			.orElse(null);
	}

}
