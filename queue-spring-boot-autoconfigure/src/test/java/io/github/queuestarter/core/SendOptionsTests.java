package io.github.queuestarter.core;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SendOptionsTests {

	@Test
	void optionsAreImmutable() {
		SendOptions first = SendOptions.header("a", "1");
		SendOptions second = first.withHeader("b", "2").withDelay(Duration.ofSeconds(3)).withImmediate();
		assertThat(first.getHeaders()).containsOnlyKeys("a");
		assertThat(first.getDelay()).isNull();
		assertThat(first.isImmediate()).isFalse();
		assertThat(second.getHeaders()).containsOnlyKeys("a", "b");
		assertThat(second.getDelay()).isEqualTo(Duration.ofSeconds(3));
		assertThat(second.isImmediate()).isTrue();
	}

	@Test
	void delayAndTimeReplaceEachOther() {
		SendOptions options = SendOptions.delay(Duration.ofSeconds(3)).withAt(Instant.EPOCH);
		assertThat(options.getDelay()).isNull();
		assertThat(options.withDelay(Duration.ofSeconds(1)).getAt()).isNull();
		assertThat(SendOptions.delay(Duration.ZERO).getDelay()).isNull();
	}

	@Test
	void reservedHeadersAndNegativeDelaysAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> SendOptions.header("queue_id", "1"))
			.withMessageContaining("queue_id");
		assertThatIllegalArgumentException().isThrownBy(() -> SendOptions.header(" ", "1"));
		assertThatIllegalArgumentException().isThrownBy(() -> SendOptions.delay(Duration.ofMillis(-1)));
	}

}
