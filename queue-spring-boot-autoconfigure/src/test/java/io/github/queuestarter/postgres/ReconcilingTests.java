package io.github.queuestarter.postgres;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ReconcilingTests {

	@Test
	void isDueAtStartAndThenRestsWhenNothingWasClaimed() {
		Reconciling reconciling = new Reconciling(Duration.ofMinutes(1));
		assertThat(reconciling.isDue()).isTrue();
		reconciling.done();
		assertThat(reconciling.isDue()).isFalse();
	}

	@Test
	void isDueAtOnceAfterAFailedClaim() {
		Reconciling reconciling = new Reconciling(Duration.ofMinutes(1));
		reconciling.done();
		reconciling.claimFailed();
		assertThat(reconciling.isDue()).isTrue();
	}

	@Test
	void isDueAgainAnIntervalAfterAFailedClaimAsItMayCommitLater() {
		Reconciling reconciling = new Reconciling(Duration.ofMillis(20));
		reconciling.done();
		reconciling.claimFailed();
		reconciling.done();
		assertThat(reconciling.isDue()).isFalse();
		Awaitility.await().atMost(Duration.ofMillis(300)).until(reconciling::isDue);
	}

	@Test
	void tellsHowLongItRests() {
		Reconciling reconciling = new Reconciling(Duration.ofMinutes(1));
		assertThat(reconciling.left()).isZero();
		reconciling.done();
		assertThat(reconciling.left()).isBetween(Duration.ofMinutes(15), Duration.ofMinutes(16));
		reconciling.messagesCame();
		assertThat(reconciling.left()).isLessThanOrEqualTo(Duration.ofMinutes(1));
		reconciling.claimFailed();
		assertThat(reconciling.left()).isZero();
	}

	@Test
	void isDueAnIntervalAfterMessagesCame() {
		Reconciling reconciling = new Reconciling(Duration.ofMillis(100));
		reconciling.done();
		reconciling.messagesCame();
		Awaitility.await().atMost(Duration.ofMillis(1500)).until(reconciling::isDue);
	}

}
