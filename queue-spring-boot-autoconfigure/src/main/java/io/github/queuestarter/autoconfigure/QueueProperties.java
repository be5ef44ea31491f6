package io.github.queuestarter.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.util.unit.DataSize;

/**
 * Settings of queues and listeners, whatever store they live in.
 */
@ConfigurationProperties("queue")
public class QueueProperties {

	/**
	 * Store of the queues that name none, "redis" or "postgres". Needed only when the
	 * application has both.
	 */
	private @Nullable String backend;

	/**
	 * Largest payload that may be sent, after conversion.
	 */
	private DataSize maxPayloadSize = DataSize.ofMegabytes(1);

	@NestedConfigurationProperty
	private final ListenerDefaults listener = new ListenerDefaults();

	/**
	 * Settings of single queues, by name. A name with characters other than letters,
	 * digits and dashes goes in brackets: queue.queues.[my.queue].concurrency.
	 */
	private final Map<String, QueueOverrides> queues = new LinkedHashMap<>();

	private final Heartbeat heartbeat = new Heartbeat();

	private final Shutdown shutdown = new Shutdown();

	private final Housekeeping housekeeping = new Housekeeping();

	public @Nullable String getBackend() {
		return this.backend;
	}

	public void setBackend(@Nullable String backend) {
		this.backend = backend;
	}

	public DataSize getMaxPayloadSize() {
		return this.maxPayloadSize;
	}

	public void setMaxPayloadSize(DataSize maxPayloadSize) {
		this.maxPayloadSize = maxPayloadSize;
	}

	public ListenerDefaults getListener() {
		return this.listener;
	}

	public Map<String, QueueOverrides> getQueues() {
		return this.queues;
	}

	public Heartbeat getHeartbeat() {
		return this.heartbeat;
	}

	public Shutdown getShutdown() {
		return this.shutdown;
	}

	public Housekeeping getHousekeeping() {
		return this.housekeeping;
	}

	/**
	 * What a listener can be told.
	 */
	public static class Listener {

		/**
		 * How many messages a listener handles at the same time in one application
		 * instance. Default 1.
		 */
		private @Nullable Integer concurrency;

		/**
		 * How many messages a listener claims ahead of those that it handles. By default
		 * as many as its handlers finish in about 100 ms, at most 500.
		 */
		private @Nullable Integer prefetch;

		/**
		 * At how many crashes of its process a message becomes a dead letter. Before that
		 * it runs once while the process handles nothing else. Default 3.
		 */
		private @Nullable Integer maxCrashes;

		/**
		 * How long a handler may take before it is interrupted and the attempt counts as
		 * failed. By default as long as it wants.
		 */
		private @Nullable Duration timeout;

		/**
		 * Where a group starts that is made now: "earliest" (the oldest message that is
		 * still stored), "latest" (what is sent from now on), a time such as
		 * 2026-01-31T12:00:00Z, or the id of a message. Default earliest; for ephemeral
		 * listeners, which only heed the key of the group "ephemeral", latest.
		 */
		private @Nullable String startFrom;

		/**
		 * Whether the handler runs inside a transaction of the queue's database, which
		 * settles its message. Postgres only. Default false.
		 */
		private @Nullable Boolean transactional;

		private final Retry retry = new Retry();

		public @Nullable Integer getConcurrency() {
			return this.concurrency;
		}

		public void setConcurrency(@Nullable Integer concurrency) {
			this.concurrency = concurrency;
		}

		public @Nullable Integer getPrefetch() {
			return this.prefetch;
		}

		public void setPrefetch(@Nullable Integer prefetch) {
			this.prefetch = prefetch;
		}

		public @Nullable Integer getMaxCrashes() {
			return this.maxCrashes;
		}

		public void setMaxCrashes(@Nullable Integer maxCrashes) {
			this.maxCrashes = maxCrashes;
		}

		public @Nullable Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(@Nullable Duration timeout) {
			this.timeout = timeout;
		}

		public @Nullable String getStartFrom() {
			return this.startFrom;
		}

		public void setStartFrom(@Nullable String startFrom) {
			this.startFrom = startFrom;
		}

		public @Nullable Boolean getTransactional() {
			return this.transactional;
		}

		public void setTransactional(@Nullable Boolean transactional) {
			this.transactional = transactional;
		}

		public Retry getRetry() {
			return this.retry;
		}

	}

	/**
	 * When a failed attempt is followed by another.
	 */
	public static class Retry {

		/**
		 * How many attempts a message has before it becomes a dead letter. Default 5.
		 */
		private @Nullable Integer maxAttempts;

		/**
		 * How long to wait after the first failure. Default 1s.
		 */
		private @Nullable Duration delay;

		/**
		 * How much longer to wait after each further failure. Default 2.
		 */
		private @Nullable Double multiplier;

		/**
		 * The longest wait between two attempts. Default 5m.
		 */
		private @Nullable Duration maxDelay;

		/**
		 * By which part of itself a wait varies at random, 0 to 1. Default 0.2.
		 */
		private @Nullable Double jitter;

		public @Nullable Integer getMaxAttempts() {
			return this.maxAttempts;
		}

		public void setMaxAttempts(@Nullable Integer maxAttempts) {
			this.maxAttempts = maxAttempts;
		}

		public @Nullable Duration getDelay() {
			return this.delay;
		}

		public void setDelay(@Nullable Duration delay) {
			this.delay = delay;
		}

		public @Nullable Double getMultiplier() {
			return this.multiplier;
		}

		public void setMultiplier(@Nullable Double multiplier) {
			this.multiplier = multiplier;
		}

		public @Nullable Duration getMaxDelay() {
			return this.maxDelay;
		}

		public void setMaxDelay(@Nullable Duration maxDelay) {
			this.maxDelay = maxDelay;
		}

		public @Nullable Double getJitter() {
			return this.jitter;
		}

		public void setJitter(@Nullable Double jitter) {
			this.jitter = jitter;
		}

	}

	/**
	 * What holds for all listeners that are not told otherwise.
	 */
	public static class ListenerDefaults extends Listener {

		/**
		 * Whether listeners start with the application.
		 */
		private boolean autoStartup = true;

		private final Retention retention = new Retention();

		public boolean isAutoStartup() {
			return this.autoStartup;
		}

		public void setAutoStartup(boolean autoStartup) {
			this.autoStartup = autoStartup;
		}

		public Retention getRetention() {
			return this.retention;
		}

	}

	/**
	 * What one queue is told.
	 */
	public static class QueueOverrides extends Listener {

		/**
		 * Store of this queue, "redis" or "postgres".
		 */
		private @Nullable String backend;

		private final Retention retention = new Retention();

		/**
		 * Settings of single groups of this queue, by name.
		 */
		private final Map<String, GroupOverrides> groups = new LinkedHashMap<>();

		public @Nullable String getBackend() {
			return this.backend;
		}

		public void setBackend(@Nullable String backend) {
			this.backend = backend;
		}

		public Retention getRetention() {
			return this.retention;
		}

		public Map<String, GroupOverrides> getGroups() {
			return this.groups;
		}

	}

	/**
	 * What one group of a queue is told.
	 */
	public static class GroupOverrides extends Listener {

		/**
		 * After what time without a listener the group is removed, with what it has not
		 * finished. At least 10 minutes. By default never.
		 */
		private @Nullable Duration expireAfter;

		public @Nullable Duration getExpireAfter() {
			return this.expireAfter;
		}

		public void setExpireAfter(@Nullable Duration expireAfter) {
			this.expireAfter = expireAfter;
		}

	}

	/**
	 * How long messages are kept.
	 */
	public static class Retention {

		/**
		 * How long messages are kept that all groups have finished, counted from when
		 * they were sent, or became due. Default 0.
		 */
		private @Nullable Duration keepDone;

		/**
		 * At what age finished messages are removed even if keep-done would keep them. If
		 * lossy, also those that some group has not claimed yet. By default never.
		 */
		private @Nullable Duration maxAge;

		/**
		 * How many of the newest messages of a queue are kept: finished ones beyond are
		 * removed even if keep-done would keep them. If lossy, also those that some group
		 * has not claimed yet. By default any number.
		 */
		private @Nullable Long maxLength;

		/**
		 * Whether max-age and max-length also remove messages that some group has not
		 * claimed yet: they are lost to it, counted and logged. Those in flight or
		 * retrying in any group stay. Default false.
		 */
		private @Nullable Boolean lossy;

		/**
		 * How long a queue without a group keeps its messages; then they are removed,
		 * counted and logged. Default 7d.
		 */
		private @Nullable Duration unclaimed;

		public @Nullable Duration getKeepDone() {
			return this.keepDone;
		}

		public void setKeepDone(@Nullable Duration keepDone) {
			this.keepDone = keepDone;
		}

		public @Nullable Duration getMaxAge() {
			return this.maxAge;
		}

		public void setMaxAge(@Nullable Duration maxAge) {
			this.maxAge = maxAge;
		}

		public @Nullable Long getMaxLength() {
			return this.maxLength;
		}

		public void setMaxLength(@Nullable Long maxLength) {
			this.maxLength = maxLength;
		}

		public @Nullable Boolean getLossy() {
			return this.lossy;
		}

		public void setLossy(@Nullable Boolean lossy) {
			this.lossy = lossy;
		}

		public @Nullable Duration getUnclaimed() {
			return this.unclaimed;
		}

		public void setUnclaimed(@Nullable Duration unclaimed) {
			this.unclaimed = unclaimed;
		}

	}

	/**
	 * How an instance shows that it is alive.
	 */
	public static class Heartbeat {

		/**
		 * How often an instance shows that it is alive.
		 */
		private Duration interval = Duration.ofSeconds(5);

		/**
		 * After how long without a sign of life what an instance holds is taken over.
		 */
		private Duration expiry = Duration.ofSeconds(20);

		public Duration getInterval() {
			return this.interval;
		}

		public void setInterval(Duration interval) {
			this.interval = interval;
		}

		public Duration getExpiry() {
			return this.expiry;
		}

		public void setExpiry(Duration expiry) {
			this.expiry = expiry;
		}

	}

	/**
	 * How listeners stop.
	 */
	public static class Shutdown {

		/**
		 * How long handlers may go on when the application stops, before they are
		 * interrupted. Should be less than spring.lifecycle.timeout-per-shutdown-phase.
		 */
		private Duration gracePeriod = Duration.ofSeconds(20);

		public Duration getGracePeriod() {
			return this.gracePeriod;
		}

		public void setGracePeriod(Duration gracePeriod) {
			this.gracePeriod = gracePeriod;
		}

	}

	/**
	 * How the stores are kept small.
	 */
	public static class Housekeeping {

		/**
		 * How often messages are removed that all groups have finished.
		 */
		private Duration interval = Duration.ofSeconds(5);

		public Duration getInterval() {
			return this.interval;
		}

		public void setInterval(Duration interval) {
			this.interval = interval;
		}

	}

}
