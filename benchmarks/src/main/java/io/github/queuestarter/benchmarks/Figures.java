package io.github.queuestarter.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the contenders of a scenario reached, round by round.
 */
final class Figures {

	private final Scenario scenario;

	private final Map<String, Map<String, List<Double>>> values = new LinkedHashMap<>();

	Figures(Scenario scenario) {
		this.scenario = scenario;
		scenario.contenders().forEach((contender) -> this.values.put(contender.name(), new LinkedHashMap<>()));
	}

	Scenario scenario() {
		return this.scenario;
	}

	void add(String contender, Map<String, Double> measured) {
		Map<String, List<Double>> metrics = metricsOf(contender);
		measured.forEach((metric, value) -> metrics.computeIfAbsent(metric, (name) -> new ArrayList<>()).add(value));
	}

	/**
	 * All rounds, by metric.
	 */
	Map<String, List<Double>> metricsOf(String contender) {
		Map<String, List<Double>> metrics = this.values.get(contender);
		if (metrics == null) {
			throw new IllegalArgumentException(
					"Scenario '" + this.scenario.name() + "' has no contender '" + contender + "'");
		}
		return metrics;
	}

	double median(String contender, String metric) {
		List<Double> rounds = metricsOf(contender).getOrDefault(metric, List.of());
		if (rounds.isEmpty()) {
			throw new IllegalArgumentException("Contender '" + contender + "' of scenario '" + this.scenario.name()
					+ "' has no metric '" + metric + "'");
		}
		return median(rounds);
	}

	/**
	 * What a check compares with its target.
	 */
	double result(Check check) {
		double value = median(check.contender(), check.metric());
		return (check.peer() != null) ? value / median(check.peer(), check.metric()) : value;
	}

	/**
	 * The value in the middle, or the mean of the two there.
	 */
	static double median(List<Double> values) {
		List<Double> sorted = values.stream().sorted().toList();
		int middle = sorted.size() / 2;
		return (sorted.size() % 2 == 1) ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
	}

}
