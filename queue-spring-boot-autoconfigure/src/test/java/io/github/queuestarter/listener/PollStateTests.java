package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.queuestarter.QueueEvent;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PollState}.
 */
class PollStateTests {

	private final List<QueueEvent> events = new ArrayList<>();

	private final PollState state = new PollState("redis", "orders", "billing", this.events::add);

	@Test
	void waitsGrowToTenSecondsAndBeginAnewAfterASuccess() {
		List<Duration> waits = new ArrayList<>();
		for (int i = 0; i < 12; i++) {
			waits.add(fail());
		}
		assertThat(waits.get(0)).isBetween(Duration.ofMillis(100), Duration.ofMillis(300));
		assertThat(waits.get(3)).isBetween(Duration.ofMillis(800), Duration.ofMillis(2400));
		assertThat(waits.subList(8, 12))
			.allSatisfy((wait) -> assertThat(wait).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(10)));
		this.state.succeeded();
		assertThat(fail()).isBetween(Duration.ofMillis(100), Duration.ofMillis(300));
	}

	@Test
	void instancesThatFailTogetherDoNotComeBackTogether() {
		List<Duration> waits = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			waits.add(fail());
			this.state.succeeded();
		}
		assertThat(waits.stream().distinct()).hasSizeGreaterThan(10);
	}

	@Test
	void recoveryTellsHowOftenItFailed() {
		fail();
		fail();
		assertThat(this.state.errors()).isEqualTo(2);
		assertThat(this.state.lastError()).isEqualTo("by the test");
		this.state.succeeded();
		assertThat(this.state.errors()).isZero();
		assertThat(this.state.lastError()).isNull();
		assertThat(this.events).last()
			.isInstanceOfSatisfying(QueueEvent.PollRecovered.class,
					(recovered) -> assertThat(recovered.failures()).isEqualTo(2));
	}

	private Duration fail() {
		return this.state.failed(new IllegalStateException("by the test"));
	}

}
