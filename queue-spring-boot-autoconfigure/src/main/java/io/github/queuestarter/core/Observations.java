package io.github.queuestarter.core;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Has sends and attempts observed. What is observed runs once and brings what it brings,
 * whatever those who observe do: that they fail is told once.
 */
public final class Observations {

	private static final Log logger = LogFactory.getLog(Observations.class);

	private final ObservationRegistry registry;

	private final AtomicBoolean told = new AtomicBoolean();

	public Observations(ObservationRegistry registry) {
		this.registry = registry;
	}

	/**
	 * Run something under an observation.
	 * @param observation makes the observation; does not start it
	 * @param failure answers what went wrong by the result, or {@code null}
	 * @param action what to observe
	 * @return what the action returned; what it throws is thrown
	 */
	public <T> T observe(Function<ObservationRegistry, Observation> observation,
			Function<T, @Nullable Throwable> failure, Supplier<T> action) {
		if (this.registry.isNoop()) {
			return action.get();
		}
		Observed observed = new Observed(observation);
		try {
			T result = action.get();
			observed.failed(() -> failure.apply(result));
			return result;
		}
		catch (RuntimeException | Error ex) {
			observed.failed(() -> ex);
			throw ex;
		}
		finally {
			observed.end();
		}
	}

	private boolean quietly(Runnable step) {
		try {
			step.run();
			return true;
		}
		catch (RuntimeException | Error ex) {
			if (this.told.compareAndSet(false, true)) {
				logger.warn("An observation failed; what it observes goes on. From now on that is logged as debug.",
						ex);
			}
			else {
				logger.debug("An observation failed", ex);
			}
			return false;
		}
	}

	/**
	 * One observation, each step of which may fail.
	 */
	private final class Observed {

		private final ObservationRegistry registry = Observations.this.registry;

		private Observation observation = Observation.NOOP;

		private Observation.@Nullable Scope outside;

		private Observation.@Nullable Scope inside;

		Observed(Function<ObservationRegistry, Observation> maker) {
			boolean started = quietly(() -> {
				this.outside = this.registry.getCurrentObservationScope();
				this.observation = maker.apply(this.registry);
				this.observation.start();
			});
			if (started && !quietly(() -> this.inside = this.observation.openScope())) {
				// it is current all the same, and would be the parent of all that this
				// thread does later
				quietly(() -> this.inside = this.registry.getCurrentObservationScope());
			}
		}

		void failed(Supplier<@Nullable Throwable> cause) {
			quietly(() -> {
				Throwable failure = cause.get();
				if (failure != null) {
					this.observation.error(failure);
				}
			});
		}

		void end() {
			quietly(() -> {
				if (this.inside != null && this.inside != this.outside) {
					this.inside.close();
				}
			});
			quietly(() -> {
				if (this.registry.getCurrentObservationScope() != this.outside) {
					this.registry.setCurrentObservationScope(this.outside);
				}
			});
			quietly(this.observation::stop);
		}

	}

}
