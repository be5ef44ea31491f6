package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PrefetchTests {

	@Test
	void fixedSizeStays() {
		Prefetch prefetch = new Prefetch(4, 7);
		prefetch.handled(1, 200);
		assertThat(prefetch.size()).isEqualTo(7);
	}

	@Test
	void quickHandlersHaveALargePrefetch() {
		Prefetch prefetch = new Prefetch(4, null);
		assertThat(prefetch.size()).isZero();
		IntStream.range(0, 200).forEach((i) -> prefetch.handled(1000, 200));
		assertThat(prefetch.size()).isEqualTo(2000);
	}

	@Test
	void slowHandlersHaveNone() {
		Prefetch prefetch = new Prefetch(1, null);
		IntStream.range(0, 200).forEach((i) -> prefetch.handled(1000, 200));
		IntStream.range(0, 200).forEach((i) -> prefetch.handled(Duration.ofSeconds(1).toNanos(), 200));
		assertThat(prefetch.size()).isZero();
	}

	@Test
	void handlersOfAMillisecondHaveWhatIsDoneInATenthOfASecond() {
		Prefetch prefetch = new Prefetch(2, null);
		IntStream.range(0, 300).forEach((i) -> prefetch.handled(Duration.ofMillis(1).toNanos(), 200));
		assertThat(prefetch.size()).isBetween(180, 200);
	}

	@Test
	void largeMessagesHaveAsManyAsFitIntoSixteenMegabytes() {
		Prefetch prefetch = new Prefetch(4, null);
		IntStream.range(0, 200).forEach((i) -> prefetch.handled(1000, 1024 * 1024));
		assertThat(prefetch.size()).isEqualTo(16);
		IntStream.range(0, 200).forEach((i) -> prefetch.handled(1000, 200));
		assertThat(prefetch.size()).isEqualTo(2000);
	}

	@Test
	void quickHandlersAreKnownByTheirFirstMessages() {
		Prefetch prefetch = new Prefetch(1, null);
		prefetch.handled(Duration.ofMillis(20).toNanos(), 200);
		IntStream.range(0, 9).forEach((i) -> prefetch.handled(1000, 200));
		assertThat(prefetch.size()).isBetween(500, 1000);
	}

}
