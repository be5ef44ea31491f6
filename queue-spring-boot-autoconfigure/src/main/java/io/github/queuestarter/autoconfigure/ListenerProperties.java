package io.github.queuestarter.autoconfigure;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.NestedConfigurationProperty;

/**
 * What a listener can be told.
 */
public class ListenerProperties {

	/**
	 * How many messages a listener handles at the same time in one application instance.
	 * Default 1.
	 */
	private @Nullable Integer concurrency;

	/**
	 * How many messages a listener claims ahead of those that it handles. By default as
	 * many as its handlers finish in about 100 ms and as fit into 16 MB, at most 2,000.
	 */
	private @Nullable Integer prefetch;

	/**
	 * At how many crashes of its process a message becomes a dead letter. Before that it
	 * runs once while the process handles nothing else. Default 3.
	 */
	private @Nullable Integer maxCrashes;

	/**
	 * How long a handler may take before it is interrupted and the attempt counts as
	 * failed. By default as long as it wants.
	 */
	private @Nullable Duration timeout;

	/**
	 * Where a group starts that is made now: "earliest" (the oldest message that is still
	 * stored), "latest" (what is sent from now on), a time such as 2026-01-31T12:00:00Z,
	 * or the id of a message. Default earliest; for ephemeral listeners, which only heed
	 * the key of the group "ephemeral", latest.
	 */
	private @Nullable String startFrom;

	/**
	 * Whether the handler runs inside a transaction of the queue's database, which
	 * settles its message. Postgres only. Default false.
	 */
	private @Nullable Boolean transactional;

	@NestedConfigurationProperty
	private final Retry retry = new Retry();

	@NestedConfigurationProperty
	private final DeadLetters deadLetter = new DeadLetters();

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

	public DeadLetters getDeadLetter() {
		return this.deadLetter;
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
	 * How long dead letters are kept.
	 */
	public static class DeadLetters {

		/**
		 * At what age a group's dead letters are removed, counted from when it gave up.
		 * By default never.
		 */
		private @Nullable Duration maxAge;

		/**
		 * How many of a group's newest dead letters are kept. By default any number.
		 */
		private @Nullable Long maxLength;

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

	}

}
