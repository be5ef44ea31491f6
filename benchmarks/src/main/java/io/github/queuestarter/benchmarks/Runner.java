package io.github.queuestarter.benchmarks;

import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Runs the contenders of a scenario in turn, round after round, so that what drifts on
 * the machine meets all of them alike.
 */
public final class Runner {

	private final int rounds;

	private final boolean warmsUp;

	private final Consumer<String> progress;

	// what is compiled for the first scenario serves all
	private boolean isCold = true;

	/**
	 * Create a runner.
	 * @param rounds how many rounds are counted
	 * @param warmsUp whether a first round is not counted, in scenarios that want it so
	 */
	public Runner(int rounds, boolean warmsUp, Consumer<String> progress) {
		this.rounds = rounds;
		this.warmsUp = warmsUp;
		this.progress = progress;
	}

	Figures run(Scenario scenario) throws Exception {
		Figures figures = new Figures(scenario);
		int counted = Math.min(this.rounds, scenario.mostRounds());
		int warmUps = (this.warmsUp && scenario.warmsUp()) ? (this.isCold ? 2 : 1) : 0;
		this.isCold = false;
		for (int round = 1 - warmUps; round <= counted; round++) {
			for (Contender contender : scenario.contenders()) {
				Map<String, Double> measured = contender.work().run();
				this.progress.accept("%s, %s, %s: %s".formatted(scenario.name(),
						(round < 1) ? "warm-up" : "round " + round + " of " + counted, contender.name(),
						rounded(measured)));
				if (round > 0) {
					figures.add(contender.name(), measured);
				}
			}
		}
		return figures;
	}

	private static String rounded(Map<String, Double> measured) {
		return measured.entrySet()
			.stream()
			.map((entry) -> entry.getKey() + " = " + Report.number(entry.getValue()))
			.collect(Collectors.joining("; "));
	}

	/**
	 * Run all scenarios of a suite.
	 */
	public Report run(Suite suite, Options options) {
		Report report = new Report(options, suite.facts());
		for (Scenario scenario : suite.scenarios()) {
			if (options.scenarios().isEmpty() || options.scenarios().contains(scenario.name())) {
				try {
					report.add(run(scenario));
				}
				catch (Exception ex) {
					// the other figures of a long run are not lost for that
					report.addFailure(scenario, ex);
				}
			}
		}
		return report;
	}

}
