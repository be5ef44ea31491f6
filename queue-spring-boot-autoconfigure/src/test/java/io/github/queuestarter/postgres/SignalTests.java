package io.github.queuestarter.postgres;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class SignalTests {

	@ParameterizedTest
	@ValueSource(strings = { "orders", "a:b::c", "", "sent::orders", "größe 'x' \"y\"" })
	void signalArrivesAsItWasSent(String queue) {
		Signal signal = new Signal(Signal.What.SENT, "me", queue);
		assertThat(Signal.of(signal.payload())).isEqualTo(signal);
	}

	@Test
	void signalFromSqlHasNoSender() {
		assertThat(Signal.of("sent::orders")).isEqualTo(new Signal(Signal.What.SENT, "", "orders"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "orders", "sent", "sent:orders", "moved::orders" })
	void signalOfAnotherReleaseIsIgnored(String payload) {
		assertThat(Signal.of(payload)).isNull();
	}

}
