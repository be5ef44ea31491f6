package io.github.queuestarter.listener;

import java.time.Duration;

import io.github.queuestarter.store.RetentionSettings;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RemovalPlanTests {

	private static final Duration WEEK = Duration.ofDays(7);

	private final RemovalPlan plan = new RemovalPlan(Duration.ofMinutes(10));

	@Test
	void queueRestsUntilSomethingHappens() {
		assertThat(this.plan.isDue("orders")).isTrue();
		this.plan.rest("orders", RetentionSettings.defaults());
		assertThat(this.plan.isDue("orders")).isFalse();
		assertThat(this.plan.isDue("invoices")).isTrue();
		this.plan.wake("orders");
		assertThat(this.plan.isDue("orders")).isTrue();
	}

	@Test
	void queueThatNothingHappensInIsDueInTheEnd() {
		RemovalPlan impatient = new RemovalPlan(Duration.ofMillis(100));
		impatient.rest("orders", RetentionSettings.defaults());
		Awaitility.await().until(() -> impatient.isDue("orders"));
	}

	@Test
	void messagesThatComeOfAgeWaitForATenthOfThatAgeAtMost() {
		this.plan.rest("orders", keeping(Duration.ofSeconds(2), WEEK, null, false));
		Awaitility.await().until(() -> this.plan.isDue("orders"));
		this.plan.rest("orders", keeping(WEEK, Duration.ofSeconds(2), null, false));
		Awaitility.await().until(() -> this.plan.isDue("orders"));
		this.plan.rest("orders", keeping(WEEK, WEEK, 5L, false));
		assertThat(this.plan.isDue("orders")).isFalse();
	}

	@Test
	void queueThatMayFillUpUnreadNeverRests() {
		this.plan.rest("orders", keeping(Duration.ZERO, null, 5L, true));
		assertThat(this.plan.isDue("orders")).isTrue();
	}

	private static RetentionSettings keeping(Duration keepDone, @Nullable Duration maxAge, @Nullable Long maxLength,
			boolean lossy) {
		return new RetentionSettings(keepDone, maxAge, maxLength, lossy, WEEK);
	}

}
