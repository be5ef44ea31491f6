package io.github.queuestarter.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.queuestarter.Position;
import io.github.queuestarter.autoconfigure.QueueProperties.GroupOverrides;
import io.github.queuestarter.autoconfigure.QueueProperties.Listener;
import io.github.queuestarter.autoconfigure.QueueProperties.QueueOverrides;
import io.github.queuestarter.autoconfigure.QueueProperties.Retention;
import io.github.queuestarter.autoconfigure.QueueProperties.Retry;
import io.github.queuestarter.listener.ListenerSettings;
import io.github.queuestarter.listener.ListenerSettingsSource;
import io.github.queuestarter.listener.RetrySettings;
import io.github.queuestarter.store.GroupName;
import io.github.queuestarter.store.RetentionSettings;
import io.github.queuestarter.store.Subscription;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Resolves {@code queue.queues.
 *
<q>.groups.<g>.*} over {@code queue.queues.
 *
<q>.*} over {@code queue.listener.*}.
 */
final class QueueSettings implements ListenerSettingsSource {

	private static final Duration SHORTEST_EXPIRY = Duration.ofMinutes(10);

	private static final String EARLIEST = "earliest";

	private final QueueProperties properties;

	/**
	 * Create the settings.
	 * @throws InvalidQueuePropertiesException if any of them is not valid
	 */
	QueueSettings(QueueProperties properties) {
		this.properties = properties;
		Retention defaults = properties.getListener().getRetention();
		validate("queue.listener", () -> {
			resolve(List.of(properties.getListener()));
			validateRetention(List.of(defaults));
		});
		properties.getQueues().forEach((queue, overrides) -> {
			String prefix = "queue.queues." + queue;
			validate(prefix, () -> {
				resolve(layers(queue, null));
				validateRetention(retentionLayers(queue));
			});
			overrides.getGroups().forEach((group, own) -> validate(prefix + ".groups." + group, () -> {
				settingsFor(queue, group);
				validateExpiry(own.getExpireAfter());
				if (group.equals(Subscription.EPHEMERAL)) {
					validateEphemeral(own);
				}
			}));
		});
	}

	private static void validate(String prefix, Runnable check) {
		try {
			check.run();
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidQueuePropertiesException(prefix, String.valueOf(ex.getMessage()), ex);
		}
	}

	@Override
	public ListenerSettings settingsFor(String queue, String group) {
		ListenerSettings settings = resolve(layers(queue, group));
		return group.equals(Subscription.EPHEMERAL) ? settings.withStartFrom(ephemeralStart(queue)) : settings;
	}

	/**
	 * A listener that was away is not to get what it missed because groups that share
	 * messages are told to.
	 */
	private Position ephemeralStart(String queue) {
		QueueOverrides overrides = this.properties.getQueues().get(queue);
		GroupOverrides own = (overrides != null) ? overrides.getGroups().get(Subscription.EPHEMERAL) : null;
		return (own != null && own.getStartFrom() != null) ? position(own.getStartFrom()) : Position.latest();
	}

	private static Position position(String startFrom) {
		try {
			return Position.parse(startFrom);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException("'start-from': " + ex.getMessage(), ex);
		}
	}

	@Override
	public RetentionSettings retention(String queue) {
		return resolveRetention(retentionLayers(queue));
	}

	@Override
	public Map<GroupName, Duration> expiringGroups() {
		Map<GroupName, Duration> expiring = new LinkedHashMap<>();
		this.properties.getQueues().forEach((queue, overrides) -> overrides.getGroups().forEach((group, own) -> {
			if (own.getExpireAfter() != null) {
				expiring.put(new GroupName(queue, group), own.getExpireAfter());
			}
		}));
		return expiring;
	}

	private List<Retention> retentionLayers(String queue) {
		QueueOverrides overrides = this.properties.getQueues().get(queue);
		Retention defaults = this.properties.getListener().getRetention();
		return (overrides != null) ? List.of(overrides.getRetention(), defaults) : List.of(defaults);
	}

	private static RetentionSettings resolveRetention(List<Retention> layers) {
		RetentionSettings defaults = RetentionSettings.defaults();
		return new RetentionSettings(first(layers, Retention::getKeepDone, defaults.keepDone()),
				find(layers, Retention::getMaxAge), find(layers, Retention::getMaxLength),
				first(layers, Retention::getLossy, defaults.lossy()),
				first(layers, Retention::getUnclaimed, defaults.unclaimed()));
	}

	/**
	 * A limit that would never remove anything is not what its author believes.
	 */
	private static void validateRetention(List<Retention> layers) {
		RetentionSettings settings = resolveRetention(layers);
		Retention own = layers.get(0);
		boolean limited = own.getMaxAge() != null || own.getMaxLength() != null;
		Assert.isTrue(!limited || settings.lossy() || !settings.keepDone().isZero(),
				"'retention.max-age' and 'retention.max-length' would remove nothing: finished messages are not kept"
						+ " ('retention.keep-done' is 0), and unfinished ones are not dropped unless"
						+ " 'retention.lossy' is true. Set one of the two, or leave out the limit");
	}

	private static void validateExpiry(@Nullable Duration expireAfter) {
		Assert.isTrue(expireAfter == null || expireAfter.compareTo(SHORTEST_EXPIRY) >= 0,
				() -> "'expire-after' must be at least 10m, not " + expireAfter
						+ ": an application that is being restarted must not lose its group");
	}

	private static void validateEphemeral(GroupOverrides own) {
		Retry retry = own.getRetry();
		Assert.isTrue(
				own.getExpireAfter() == null && own.getMaxCrashes() == null && retry.getMaxAttempts() == null
						&& retry.getDelay() == null && retry.getMultiplier() == null && retry.getMaxDelay() == null
						&& retry.getJitter() == null,
				"ephemeral listeners have one attempt and leave nothing in the store, so 'retry', 'max-crashes' and"
						+ " 'expire-after' mean nothing for the group 'ephemeral'");
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
				position(first(layers, Listener::getStartFrom, EARLIEST)),
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
