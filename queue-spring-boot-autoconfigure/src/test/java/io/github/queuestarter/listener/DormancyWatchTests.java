package io.github.queuestarter.listener;

import java.time.Duration;

import io.github.queuestarter.store.GroupName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DormancyWatchTests {

	private static final GroupName GROUP = new GroupName("orders", "old");

	private static final Duration ALLOWED = Duration.ofHours(1);

	private final DormancyWatch watch = new DormancyWatch();

	private boolean look(Duration idle) {
		return this.watch.expired(GROUP, idle, ALLOWED);
	}

	@Test
	void groupExpiresAtTheFourthLook() {
		assertThat(look(Duration.ofHours(1))).isFalse();
		assertThat(look(Duration.ofHours(2))).isFalse();
		assertThat(look(Duration.ofHours(2))).isFalse();
		assertThat(look(Duration.ofHours(2))).isTrue();
	}

	@Test
	void signOfLifeStartsTheWaitAnew() {
		look(Duration.ofHours(2));
		look(Duration.ofHours(2));
		look(Duration.ofHours(2));
		assertThat(look(Duration.ofMinutes(59))).isFalse();
		assertThat(look(Duration.ofHours(2))).isFalse();
	}

	@Test
	void outageStartsTheWaitAnew() {
		look(Duration.ofHours(2));
		look(Duration.ofHours(2));
		look(Duration.ofHours(2));
		this.watch.forget(GROUP);
		assertThat(look(Duration.ofHours(2))).isFalse();
	}

	@Test
	void groupsAreWatchedApart() {
		look(Duration.ofHours(2));
		look(Duration.ofHours(2));
		look(Duration.ofHours(2));
		assertThat(this.watch.expired(new GroupName("orders", "other"), Duration.ofHours(2), ALLOWED)).isFalse();
	}

}
