package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PrefetchTests {

	@Test
	void fixedSizeStays() {
		Prefetch prefetch = new Prefetch(4, 7);
		prefetch.handlerTook(1);
		assertThat(prefetch.size()).isEqualTo(7);
	}

	@Test
	void quickHandlersHaveALargePrefetch() {
		Prefetch prefetch = new Prefetch(4, null);
		assertThat(prefetch.size()).isZero();
		IntStream.range(0, 200).forEach((i) -> prefetch.handlerTook(1000));
		assertThat(prefetch.size()).isEqualTo(500);
	}

	@Test
	void slowHandlersHaveNone() {
		Prefetch prefetch = new Prefetch(1, null);
		IntStream.range(0, 200).forEach((i) -> prefetch.handlerTook(1000));
		IntStream.range(0, 200).forEach((i) -> prefetch.handlerTook(Duration.ofSeconds(1).toNanos()));
		assertThat(prefetch.size()).isZero();
	}

	@Test
	void handlersOfAMillisecondHaveWhatIsDoneInATenthOfASecond() {
		Prefetch prefetch = new Prefetch(2, null);
		IntStream.range(0, 300).forEach((i) -> prefetch.handlerTook(Duration.ofMillis(1).toNanos()));
		assertThat(prefetch.size()).isBetween(180, 200);
	}

}
