package io.github.queuestarter.benchmarks;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class FiguresTests {

	private final Check ratio = Check.ratio("rate", "ours", "raw", 0.5);

	private final Scenario scenario = Scenario.of("drain", "How fast?",
			List.of(new Contender("ours", Map::of), new Contender("raw", Map::of)), List.of(this.ratio));

	private final Figures figures = new Figures(this.scenario);

	@Test
	void comparesMedians() {
		List.of(10.0, 1000.0, 20.0).forEach((rate) -> this.figures.add("ours", Map.of("rate", rate)));
		List.of(40.0, 50.0, 1.0, 30.0).forEach((rate) -> this.figures.add("raw", Map.of("rate", rate)));
		double result = this.figures.result(this.ratio);
		assertThat(result).isEqualTo(20.0 / 35.0);
		assertThat(this.ratio.holds(result)).isTrue();
		assertThat(this.ratio.holds(0.49)).isFalse();
		assertThat(Check.atMost("rate", "ours", 50).holds(51)).isFalse();
	}

	@Test
	void namesTheMetricThatIsMissing() {
		this.figures.add("raw", Map.of("rate", 1.0));
		assertThatIllegalArgumentException().isThrownBy(() -> this.figures.result(this.ratio))
			.withMessageContaining("'ours'")
			.withMessageContaining("'rate'");
	}

}
