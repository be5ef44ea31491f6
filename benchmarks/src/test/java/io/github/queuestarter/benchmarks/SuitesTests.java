package io.github.queuestarter.benchmarks;

import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

class SuitesTests {

	private static final int FEW_MESSAGES = 400;

	@ParameterizedTest
	@ValueSource(strings = { "postgres", "redis" })
	void everyScenarioRunsToItsEndAndMeasuresWhatItChecks(String name) throws Exception {
		Options options = Options.glance(name, FEW_MESSAGES);
		try (Suite suite = Suites.start(options)) {
			List<Scenario> scenarios = suite.scenarios();
			Report report = new Runner(options.rounds(), false, (line) -> {
			}).run(suite, options);
			assertThat(report.failures()).isEmpty();
			JsonNode json = JsonMapper.builder().build().readTree(report.json());
			assertThat(json.path("scenarios").values()).extracting((one) -> one.path("name").asString())
				.containsExactlyElementsOf(scenarios.stream().map(Scenario::name).toList());
			assertThat(json.path("scenarios").values()).allSatisfy((one) -> {
				assertThat(one.path("checks").values()).isNotEmpty();
				assertThat(one.path("checks").values())
					.allSatisfy((check) -> assertThat(check.path("result").asDouble()).isFinite());
			});
			assertThat(report
				.putInto("before <!-- figures: %1$s --> old <!-- end of figures: %1$s --> after".formatted(name)))
				.startsWith("before")
				.endsWith("after")
				.contains("| drain |", "| idle |")
				.doesNotContain("old");
		}
	}

}
