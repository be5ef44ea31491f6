package io.github.queuestarter.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.NestedConfigurationProperty;

/**
 * What one queue is told.
 */
public class QueueOverrides extends ListenerProperties {

	/**
	 * Store of this queue, "redis" or "postgres".
	 */
	private @Nullable String backend;

	@NestedConfigurationProperty
	private final RetentionProperties retention = new RetentionProperties();

	@NestedConfigurationProperty
	private final Redis redis = new Redis();

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

	public RetentionProperties getRetention() {
		return this.retention;
	}

	public Redis getRedis() {
		return this.redis;
	}

	public Map<String, GroupOverrides> getGroups() {
		return this.groups;
	}

	/**
	 * How one queue lives on Redis.
	 */
	public static class Redis {

		/**
		 * Key of the queue's stream, as it is, for a stream that others made. With a hash
		 * tag, what else belongs to the queue takes the same. By default the prefix and
		 * the name of the queue.
		 */
		private @Nullable String key;

		public @Nullable String getKey() {
			return this.key;
		}

		public void setKey(@Nullable String key) {
			this.key = key;
		}

	}

	/**
	 * What one group of a queue is told.
	 */
	public static class GroupOverrides extends ListenerProperties {

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

}
