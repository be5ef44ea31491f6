package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SilenceWatchTests {

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	// near the overflow of System.nanoTime(), which has no fixed zero
	private static final long START = Long.MAX_VALUE - SECOND;

	private final SilenceWatch watch = new SilenceWatch(Duration.ofSeconds(20));

	@Test
	void unchangedCounterIsSilentAfterTheExpiry() {
		this.watch.saw("d", Map.of("a", 7L), START);
		this.watch.saw("d", Map.of("a", 7L), START + 19 * SECOND);
		assertThat(this.watch.silent(START + 19 * SECOND)).isEmpty();
		assertThat(this.watch.silent(START + 20 * SECOND)).containsExactly(new SilenceWatch.Silent("d", "a", 7));
	}

	@Test
	void movedCounterStartsTheWaitAnew() {
		this.watch.saw("d", Map.of("a", 7L), START);
		this.watch.saw("d", Map.of("a", 8L), START + 19 * SECOND);
		assertThat(this.watch.silent(START + 38 * SECOND)).isEmpty();
	}

	@Test
	void lostContactStartsTheWaitAnew() {
		this.watch.saw("d", Map.of("a", 7L), START);
		this.watch.lostContact();
		this.watch.saw("d", Map.of("a", 7L), START + 60 * SECOND);
		assertThat(this.watch.silent(START + 61 * SECOND)).isEmpty();
	}

	@Test
	void consumerThatHasLeftIsForgottenInItsDomainOnly() {
		this.watch.saw("d", Map.of("a", 7L), START);
		this.watch.saw("e", Map.of("b", 1L), START);
		this.watch.saw("d", Map.of(), START + SECOND);
		assertThat(this.watch.silent(START + 30 * SECOND)).containsExactly(new SilenceWatch.Silent("e", "b", 1));
	}

}
