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
	 * What holds for all listeners that are not told otherwise.
	 */
	public static class ListenerDefaults extends ListenerProperties {

		/**
		 * Whether listeners start with the application.
		 */
		private boolean autoStartup = true;

		@NestedConfigurationProperty
		private final RetentionProperties retention = new RetentionProperties();

		public boolean isAutoStartup() {
			return this.autoStartup;
		}

		public void setAutoStartup(boolean autoStartup) {
			this.autoStartup = autoStartup;
		}

		public RetentionProperties getRetention() {
			return this.retention;
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
