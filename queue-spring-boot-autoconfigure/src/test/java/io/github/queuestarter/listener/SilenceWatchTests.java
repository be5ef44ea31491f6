package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SilenceWatchTests {

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	// near the overflow of System.nanoTime(), which has no fixed zero
	private static final long START = Long.MAX_VALUE - SECOND;

	private final SilenceWatch watch = new SilenceWatch(Duration.ofSeconds(20), Duration.ofSeconds(10));

	@Test
	void unchangedCounterIsSilentAfterTheExpiry() {
		look("d", "a", 7, 0, 5, 10, 15, 19);
		assertThat(this.watch.silent(START + 19 * SECOND)).isEmpty();
		look("d", "a", 7, 20);
		assertThat(this.watch.silent(START + 20 * SECOND)).containsExactly(new SilenceWatch.Silent("d", "a", 7));
	}

	@Test
	void movedCounterStartsTheWaitAnew() {
		look("d", "a", 7, 0, 5, 10, 15);
		look("d", "a", 8, 19, 24, 29, 34, 38);
		assertThat(this.watch.silent(START + 38 * SECOND)).isEmpty();
	}

	@Test
	void lostContactStartsTheWaitAnew() {
		look("d", "a", 7, 0, 5, 10, 15);
		this.watch.lostContact();
		look("d", "a", 7, 20, 25, 30, 35);
		assertThat(this.watch.silent(START + 36 * SECOND)).isEmpty();
	}

	@Test
	void nobodyIsTakenForDeadAfterAPauseThatMayHaveStoppedAll() {
		look("d", "a", 7, 0, 5);
		assertThat(this.watch.silent(START + 60 * SECOND)).isEmpty();
		look("d", "a", 7, 60);
		assertThat(this.watch.silent(START + 60 * SECOND)).isEmpty();
		look("d", "a", 7, 65, 70, 75, 80);
		assertThat(this.watch.silent(START + 81 * SECOND)).hasSize(1);
	}

	@Test
	void consumerThatHasLeftIsForgottenInItsDomainOnly() {
		look("d", "a", 7, 0, 5, 10, 15, 20);
		look("e", "b", 1, 0, 5, 10, 15, 20);
		this.watch.saw("d", Map.of(), START + 21 * SECOND);
		assertThat(this.watch.silent(START + 22 * SECOND)).containsExactly(new SilenceWatch.Silent("e", "b", 1));
	}

	private void look(String domain, String consumer, long counter, int... seconds) {
		for (int second : seconds) {
			this.watch.saw(domain, Map.of(consumer, counter), START + second * SECOND);
		}
	}

}
