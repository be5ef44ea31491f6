package io.github.queuestarter.postgres;

import java.time.Duration;

import io.github.queuestarter.postgres.Sweep.Position;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where a round of retention begins.
 */
class SweepTests {

	private final Sweep sweep = new Sweep();

	@Test
	void roundBeginsWhereTheLastOneLeftNothingBefore() {
		this.sweep.moveTo(at(1), this.sweep.batch());
		this.sweep.moveTo(at(2), this.sweep.batch());
		this.sweep.moveTo(at(3), this.sweep.batch() - 1);
		this.sweep.moveTo(at(4), this.sweep.batch());
		assertThat(this.sweep.position()).isEqualTo(at(4));
		this.sweep.moveTo(null, 17);
		assertThat(this.sweep.position()).isEqualTo(at(2));
		this.sweep.moveTo(at(5), 0);
		this.sweep.moveTo(null, 0);
		assertThat(this.sweep.position()).isEqualTo(at(2));
	}

	@Test
	void roundsThatLeaveEverythingBeginAtTheFront() {
		this.sweep.moveTo(at(1), 0);
		this.sweep.moveTo(at(2), this.sweep.batch());
		this.sweep.moveTo(null, 0);
		assertThat(this.sweep.position()).isEqualTo(Position.START);
	}

	@Test
	void nowAndThenARoundBeginsAtTheFront() {
		Sweep whole = new Sweep(Duration.ZERO);
		whole.moveTo(at(1), whole.batch());
		whole.moveTo(null, 0);
		assertThat(whole.position()).isEqualTo(Position.START);
	}

	@Test
	void roundThatComesAfterALongRestBeginsAtTheFront() {
		Sweep rested = new Sweep(Duration.ofMillis(100));
		rested.moveTo(at(1), rested.batch());
		rested.moveTo(null, 0);
		Awaitility.await().until(() -> rested.position().equals(Position.START));
	}

	private static Position at(long id) {
		return new Position("1", id);
	}

}
