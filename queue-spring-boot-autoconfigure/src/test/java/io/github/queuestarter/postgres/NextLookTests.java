package io.github.queuestarter.postgres;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class NextLookTests {

	private static final long HOUR = 3_600_000;

	private final NextLook nextLook = new NextLook();

	@Test
	void firstLookIsDueAtOnce() {
		assertThat(this.nextLook.isDue()).isTrue();
	}

	@Test
	void earliestOfWhatWasAskedForCounts() {
		this.nextLook.begin(HOUR);
		assertThat(this.nextLook.within(HOUR / 2)).isTrue();
		assertThat(this.nextLook.within(HOUR / 4 * 3)).isFalse();
		assertThat(this.nextLook.left()).isBetween(HOUR / 4 * 1_000_000, HOUR / 2 * 1_000_000);
	}

	@Test
	void whatIsAskedForDuringALookIsForTheNextOne() {
		this.nextLook.begin(HOUR);
		this.nextLook.within(0);
		this.nextLook.within(HOUR / 2);
		assertThat(this.nextLook.isDue()).isTrue();
	}

	@Test
	void lookThatIsNotNeededDoesNotUndoOneThatIs() {
		this.nextLook.begin(HOUR);
		this.nextLook.within(0);
		assertThat(this.nextLook.within(Long.MAX_VALUE)).isFalse();
		assertThat(this.nextLook.isDue()).isTrue();
	}

}
