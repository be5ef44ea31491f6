package io.github.queuestarter.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.queuestarter.Position;
import io.github.queuestarter.autoconfigure.ListenerProperties.DeadLetters;
import io.github.queuestarter.autoconfigure.ListenerProperties.Retry;
import io.github.queuestarter.autoconfigure.QueueOverrides.GroupOverrides;
import io.github.queuestarter.autoconfigure.RetentionProperties.TrimOnSend;
import io.github.queuestarter.listener.ListenerSettings;
import io.github.queuestarter.listener.ListenerSettingsSource;
import io.github.queuestarter.listener.RetrySettings;
import io.github.queuestarter.store.DeadLetterLimits;
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
		RetentionProperties defaults = properties.getListener().getRetention();
		validate("queue.listener", () -> {
			resolve(List.of(properties.getListener()));
			resolveDeadLetters(List.of(properties.getListener()));
			validateRetention(List.of(defaults));
			validateTrimOnSend(List.of(defaults), false);
		});
		properties.getQueues().forEach((queue, overrides) -> {
			String prefix = "queue.queues." + queue;
			validate(prefix, () -> {
				resolve(layers(queue, null));
				resolveDeadLetters(layers(queue, null));
				validateRetention(retentionLayers(queue));
				validateTrimOnSend(retentionLayers(queue), "postgres".equals(overrides.getBackend()));
				validateBackend(queue, overrides);
			});
			overrides.getGroups().forEach((group, own) -> validate(prefix + ".groups." + group, () -> {
				settingsFor(queue, group);
				resolveDeadLetters(layers(queue, group));
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
	public DeadLetterLimits deadLetterLimits(String queue, String group) {
		return group.equals(Subscription.EPHEMERAL) ? DeadLetterLimits.NONE : resolveDeadLetters(layers(queue, group));
	}

	private static DeadLetterLimits resolveDeadLetters(List<ListenerProperties> layers) {
		List<DeadLetters> own = layers.stream().map(ListenerProperties::getDeadLetter).toList();
		return new DeadLetterLimits(find(own, DeadLetters::getMaxAge), find(own, DeadLetters::getMaxLength));
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

	private List<RetentionProperties> retentionLayers(String queue) {
		QueueOverrides overrides = this.properties.getQueues().get(queue);
		RetentionProperties defaults = this.properties.getListener().getRetention();
		return (overrides != null) ? List.of(overrides.getRetention(), defaults) : List.of(defaults);
	}

	private static RetentionSettings resolveRetention(List<RetentionProperties> layers) {
		RetentionSettings defaults = RetentionSettings.defaults();
		return new RetentionSettings(first(layers, RetentionProperties::getKeepDone, defaults.keepDone()),
				find(layers, RetentionProperties::getMaxAge), find(layers, RetentionProperties::getMaxLength),
				first(layers, RetentionProperties::getLossy, defaults.lossy()),
				first(layers, RetentionProperties::getUnclaimed, defaults.unclaimed()));
	}

	/**
	 * A limit that would never remove anything is not what its author believes.
	 */
	private static void validateRetention(List<RetentionProperties> layers) {
		RetentionSettings settings = resolveRetention(layers);
		RetentionProperties own = layers.get(0);
		boolean limited = own.getMaxAge() != null || own.getMaxLength() != null;
		Assert.isTrue(!limited || settings.lossy() || !settings.keepDone().isZero(),
				"'retention.max-age' and 'retention.max-length' would remove nothing: finished messages are not kept"
						+ " ('retention.keep-done' is 0), and unfinished ones are not dropped unless"
						+ " 'retention.lossy' is true. Set one of the two, or leave out the limit");
	}

	/**
	 * A cap that can't be kept, or that would lose more than was asked for, is not what
	 * its author believes.
	 */
	private static void validateTrimOnSend(List<RetentionProperties> layers, boolean onPostgres) {
		RetentionSettings settings = resolveRetention(layers);
		if (first(layers, RetentionProperties::getTrimOnSend, TrimOnSend.OFF) == TrimOnSend.OFF) {
			return;
		}
		Assert.isTrue(!onPostgres, "'retention.trim-on-send' works on Redis only. Leave it out");
		Assert.isTrue(settings.lossy() && settings.maxLength() != null && settings.keepDone().isZero(),
				"'retention.trim-on-send' loses messages that are not finished. Set 'retention.lossy' to true and"
						+ " 'retention.max-length' to what is to be left, without 'retention.keep-done', or leave it"
						+ " out");
	}

	TrimOnSend trimOnSend(String queue) {
		return first(retentionLayers(queue), RetentionProperties::getTrimOnSend, TrimOnSend.OFF);
	}

	private void validateBackend(String queue, QueueOverrides overrides) {
		String backend = backendOf(queue);
		Assert.isTrue(overrides.getRedis().getKey() == null || backend == null || backend.equals("redis"),
				() -> "'redis.key' is of no effect, as the queue lives in '" + backend + "'");
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
						&& retry.getJitter() == null && own.getDeadLetter().getMaxAge() == null
						&& own.getDeadLetter().getMaxLength() == null,
				"ephemeral listeners have one attempt and leave nothing in the store, so 'retry', 'max-crashes',"
						+ " 'dead-letter' and 'expire-after' mean nothing for the group 'ephemeral'");
	}

	@Nullable String backendOf(String queue) {
		QueueOverrides overrides = this.properties.getQueues().get(queue);
		String own = (overrides != null) ? overrides.getBackend() : null;
		return (own != null) ? own : this.properties.getBackend();
	}

	private List<ListenerProperties> layers(String queue, @Nullable String group) {
		List<ListenerProperties> layers = new ArrayList<>();
		QueueOverrides overrides = this.properties.getQueues().get(queue);
		if (overrides != null) {
			ListenerProperties own = (group != null) ? overrides.getGroups().get(group) : null;
			if (own != null) {
				layers.add(own);
			}
			layers.add(overrides);
		}
		layers.add(this.properties.getListener());
		return layers;
	}

	private static ListenerSettings resolve(List<ListenerProperties> layers) {
		List<Retry> retries = layers.stream().map(ListenerProperties::getRetry).toList();
		Duration delay = first(retries, Retry::getDelay, Duration.ofSeconds(1));
		Duration maxDelay = first(retries, Retry::getMaxDelay, Duration.ofMinutes(5));
		boolean longDelay = delay.compareTo(maxDelay) > 0 && find(retries, Retry::getMaxDelay) == null;
		RetrySettings retry = new RetrySettings(first(retries, Retry::getMaxAttempts, 5), delay,
				first(retries, Retry::getMultiplier, 2.0), longDelay ? delay : maxDelay,
				first(retries, Retry::getJitter, 0.2));
		return new ListenerSettings(first(layers, ListenerProperties::getConcurrency, 1),
				find(layers, ListenerProperties::getPrefetch), retry,
				first(layers, ListenerProperties::getMaxCrashes, 3), find(layers, ListenerProperties::getTimeout),
				position(first(layers, ListenerProperties::getStartFrom, EARLIEST)),
				first(layers, ListenerProperties::getTransactional, false));
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
