package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link BlockingRead}.
 */
class BlockingReadTests {

	private static final Duration LONGEST = Duration.ofSeconds(5);

	private final AtomicInteger closed = new AtomicInteger();

	private final BlockingRead blocking = new BlockingRead(LONGEST, this.closed::incrementAndGet);

	private final List<Duration> blocks = new ArrayList<>();

	@Test
	void serverIsAskedToWaitForNoLessThanItsTimerCanTellApart() {
		read(Duration.ofMillis(-3));
		read(Duration.ofMillis(1));
		read(Duration.ofSeconds(2));
		read(Duration.ofHours(1));
		assertThat(this.blocks).containsExactly(Duration.ofMillis(100), Duration.ofMillis(100), Duration.ofSeconds(2),
				LONGEST);
	}

	@Test
	void readForWhichItIsTooLateIsNotBegun() {
		assertThat(this.blocking.read(LONGEST, () -> false, this::answer)).isEmpty();
		assertThat(this.blocks).isEmpty();
	}

	@Test
	void readThatIsWantedIsNotEnded() {
		this.blocking.read(LONGEST, () -> true, (block) -> {
			this.blocking.endUnwanted();
			return List.of();
		});
		this.blocking.endUnwanted();
		assertThat(this.closed).hasValue(0);
	}

	private void read(Duration atMost) {
		assertThat(this.blocking.read(atMost, () -> true, this::answer)).containsExactly("answer");
	}

	private List<String> answer(Duration block) {
		this.blocks.add(block);
		return List.of("answer");
	}

}
