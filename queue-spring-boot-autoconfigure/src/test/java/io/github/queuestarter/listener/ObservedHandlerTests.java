package io.github.queuestarter.listener;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Receipt;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class ObservedHandlerTests {

	private static final HandlerResult RESULT = new HandlerResult.Threw(new IllegalStateException("by the handler"));

	private final ObservationRegistry registry = ObservationRegistry.create();

	private final AtomicInteger handled = new AtomicInteger();

	@ParameterizedTest
	@EnumSource
	void observerThatFailsChangesNothingForTheHandler(Step step, CapturedOutput output) {
		if (step == Step.PREDICATE) {
			this.registry.observationConfig().observationPredicate((name, context) -> step.fail(step));
		}
		this.registry.observationConfig().observationHandler(new Failing(step));
		Handler handler = new ObservedHandler((message) -> {
			this.handled.incrementAndGet();
			return RESULT;
		}, "redis", this.registry);
		for (int i = 1; i <= 3; i++) {
			assertThat(handler.handle(message())).isSameAs(RESULT);
			assertThat(this.handled).hasValue(i);
			assertThat(this.registry.getCurrentObservationScope()).isNull();
		}
		assertThat(output.getOut().lines().filter((line) -> line.contains("An observation failed"))).hasSize(1);
	}

	private static ClaimedMessage message() {
		return new ClaimedMessage("1", "orders", "default", "me", 0, 0, false, Instant.EPOCH, null, Map.of(),
				EncodedPayload.ofText("x", EncodedPayload.Format.TEXT), new Receipt() {
				});
	}

	/**
	 * Where an observer fails.
	 */
	enum Step {

		PREDICATE, START, OPEN, ERROR, CLOSE, STOP;

		boolean fail(Step here) {
			if (this == here) {
				throw new IllegalStateException("in " + here);
			}
			return true;
		}

	}

	private record Failing(Step step) implements ObservationHandler<Observation.Context> {

		@Override
		public void onStart(Observation.Context context) {
			this.step.fail(Step.START);
		}

		@Override
		public void onScopeOpened(Observation.Context context) {
			this.step.fail(Step.OPEN);
		}

		@Override
		public void onError(Observation.Context context) {
			this.step.fail(Step.ERROR);
		}

		@Override
		public void onScopeClosed(Observation.Context context) {
			this.step.fail(Step.CLOSE);
		}

		@Override
		public void onStop(Observation.Context context) {
			this.step.fail(Step.STOP);
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

}
