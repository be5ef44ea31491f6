package io.github.queuestarter.endtoend;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.queuestarter.PermanentFailureException;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.core.SendOptions;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.MeterNotFoundException;
import io.micrometer.core.instrument.search.RequiredSearch;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What operators see in the meters.
 */
abstract class ObservabilityContract extends EndToEndTest {

	private final Mixed mixed = new Mixed();

	private RequiredSearch meter(Application application, String name) {
		return application.bean(MeterRegistry.class)
			.get(name)
			.tag("queue", this.queue)
			.tag("backend", backend().name());
	}

	private double gauge(Application application, String name) {
		return meter(application, name).tag("group", "default").gauge().value();
	}

	final double counter(Application application, String name) {
		return meter(application, name).tag("group", "default").counter().count();
	}

	@Test
	void sendingAndHandlingAreTimedAndCounted() {
		Application application = start(this.mixed);
		application.template().send(this.queue, "ok");
		application.template().send(this.queue, "ok");
		application.template().send(this.queue, "retry once");
		application.template().send(this.queue, "bury");
		await().ignoreExceptionsInstanceOf(MeterNotFoundException.class).untilAsserted(() -> {
			assertThat(meter(application, "queue.send").timer().count()).isEqualTo(4);
			assertThat(application.bean(MeterRegistry.class)
				.get("queue.process")
				.tag("queue", this.queue)
				.tag("group", "default")
				.tag("backend", backend().name())
				.timers()
				.stream()
				.mapToLong((timer) -> timer.count())
				.sum()).isEqualTo(5);
			assertThat(counter(application, "queue.retried")).isEqualTo(1);
			assertThat(counter(application, "queue.dead.lettered")).isEqualTo(1);
			assertThat(counter(application, "queue.rescued")).isZero();
		});
	}

	@Test
	void gaugesTellWhatWaits() {
		Application application = start(this.mixed);
		application.template().send(this.queue, "bury");
		application.template().send(this.queue, "later", SendOptions.delay(Duration.ofHours(1)));
		application.template().send(this.queue, "wait");
		this.mixed.waiting.await(1);
		application.admin().pause(this.queue, "default");
		await().ignoreExceptionsInstanceOf(MeterNotFoundException.class).untilAsserted(() -> {
			assertThat(gauge(application, "queue.dead.letters")).isEqualTo(1);
			assertThat(gauge(application, "queue.messages.scheduled")).isEqualTo(1);
			assertThat(gauge(application, "queue.messages.pending")).isEqualTo(1);
			assertThat(meter(application, "queue.handlers.oldest").timeGauge().value(TimeUnit.MILLISECONDS))
				.isPositive();
		});
		application.template().send(this.queue, "ok");
		await().untilAsserted(() -> assertThat(
				gauge(application, "queue.messages.ready") + gauge(application, "queue.messages.pending"))
			.isEqualTo(2));
		this.mixed.mayGoOn.countDown();
	}

	@Test
	void observerThatFailsKeepsNoMessageFromBeingSentAndHandledOnce() {
		Application application = start(application().listener(this.mixed).listener(new FailingObserver()));
		application.template().send(this.queue, "wait");
		this.mixed.mayGoOn.countDown();
		await().until(() -> isDone(application, this.queue));
		assertThat(this.mixed.waiting.all()).hasSize(1);
	}

	static final class FailingObserver implements ObservationHandler<Observation.Context> {

		@Override
		public void onStart(Observation.Context context) {
			throw new IllegalStateException("in onStart");
		}

		@Override
		public void onStop(Observation.Context context) {
			throw new IllegalStateException("in onStop");
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context.getName().startsWith("queue.");
		}

	}

	static final class Mixed {

		final Received<String> waiting = new Received<>();

		final CountDownLatch mayGoOn = new CountDownLatch(1);

		private boolean failed;

		@QueueListener("${test.queue}")
		void on(String payload) throws InterruptedException {
			switch (payload) {
				case "wait" -> {
					this.waiting.add(payload);
					this.mayGoOn.await(30, TimeUnit.SECONDS);
				}
				case "bury" -> throw new PermanentFailureException("never");
				case "retry once" -> {
					if (!this.failed) {
						this.failed = true;
						throw new IllegalStateException("once");
					}
				}
				default -> {
				}
			}
		}

	}

}
