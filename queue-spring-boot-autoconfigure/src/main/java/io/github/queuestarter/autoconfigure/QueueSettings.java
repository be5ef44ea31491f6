package io.github.queuestarter.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.github.queuestarter.autoconfigure.QueueProperties.Listener;
import io.github.queuestarter.autoconfigure.QueueProperties.QueueOverrides;
import io.github.queuestarter.autoconfigure.QueueProperties.Retry;
import io.github.queuestarter.listener.ListenerSettings;
import io.github.queuestarter.listener.ListenerSettingsSource;
import io.github.queuestarter.listener.RetrySettings;
import io.github.queuestarter.store.StartFrom;
import org.jspecify.annotations.Nullable;

/**
 * Resolves {@code queue.queues.
 *
<q>.groups.<g>.*} over {@code queue.queues.
 *
<q>.*} over {@code queue.listener.*}.
 */
final class QueueSettings implements ListenerSettingsSource {

	private final QueueProperties properties;

	/**
	 * Create the settings.
	 * @throws InvalidQueuePropertiesException if any of them is not valid
	 */
	QueueSettings(QueueProperties properties) {
		this.properties = properties;
		validate("queue.listener", List.of(properties.getListener()));
		properties.getQueues().forEach((queue, overrides) -> {
			String prefix = "queue.queues." + queue;
			validate(prefix, layers(queue, null));
			overrides.getGroups()
				.keySet()
				.forEach((group) -> validate(prefix + ".groups." + group, layers(queue, group)));
		});
	}

	private static void validate(String prefix, List<Listener> layers) {
		try {
			resolve(layers);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidQueuePropertiesException(prefix, String.valueOf(ex.getMessage()), ex);
		}
	}

	@Override
	public ListenerSettings settingsFor(String queue, String group) {
		return resolve(layers(queue, group));
	}

	@Override
	public Duration keepDone(String queue) {
		QueueOverrides overrides = this.properties.getQueues().get(queue);
		Duration own = (overrides != null) ? overrides.getRetention().getKeepDone() : null;
		return Objects.requireNonNullElseGet(own, () -> Objects
			.requireNonNullElse(this.properties.getListener().getRetention().getKeepDone(), Duration.ZERO));
	}

	@Nullable String backendOf(String queue) {
		QueueOverrides overrides = this.properties.getQueues().get(queue);
		String own = (overrides != null) ? overrides.getBackend() : null;
		return (own != null) ? own : this.properties.getBackend();
	}

	private List<Listener> layers(String queue, @Nullable String group) {
		List<Listener> layers = new ArrayList<>();
		QueueOverrides overrides = this.properties.getQueues().get(queue);
		if (overrides != null) {
			Listener own = (group != null) ? overrides.getGroups().get(group) : null;
			if (own != null) {
				layers.add(own);
			}
			layers.add(overrides);
		}
		layers.add(this.properties.getListener());
		return layers;
	}

	private static ListenerSettings resolve(List<Listener> layers) {
		List<Retry> retries = layers.stream().map(Listener::getRetry).toList();
		Duration delay = first(retries, Retry::getDelay, Duration.ofSeconds(1));
		Duration maxDelay = first(retries, Retry::getMaxDelay, Duration.ofMinutes(5));
		boolean longDelay = delay.compareTo(maxDelay) > 0 && find(retries, Retry::getMaxDelay) == null;
		RetrySettings retry = new RetrySettings(first(retries, Retry::getMaxAttempts, 5), delay,
				first(retries, Retry::getMultiplier, 2.0), longDelay ? delay : maxDelay,
				first(retries, Retry::getJitter, 0.2));
		return new ListenerSettings(first(layers, Listener::getConcurrency, 1), find(layers, Listener::getPrefetch),
				retry, first(layers, Listener::getMaxCrashes, 3), find(layers, Listener::getTimeout),
				first(layers, Listener::getStartFrom, StartFrom.EARLIEST),
				first(layers, Listener::getTransactional, false));
	}

	private static <L, T> T first(List<L> layers, Setting<L, T> value, T defaultValue) {
		T found = find(layers, value);
		return (found != null) ? found : defaultValue;
	}

	private static <L, T> @Nullable T find(List<L> layers, Setting<L, T> value) {
		for (L layer : layers) {
			T found = value.of(layer);
			if (found != null) {
				return found;
			}
		}
		return null;
	}

	/**
	 * A key that may be left out.
	 */
	@FunctionalInterface
	private interface Setting<L, T> {

		@Nullable T of(L layer);

	}

}
