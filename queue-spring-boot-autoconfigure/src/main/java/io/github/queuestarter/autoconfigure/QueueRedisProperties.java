package io.github.queuestarter.autoconfigure;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Settings of queues on Redis.
 */
@ConfigurationProperties("queue.redis")
public class QueueRedisProperties {

	/**
	 * What the keys of all queues start with.
	 */
	private String prefix = "queue:";

	/**
	 * How often to look for due messages (retries, delayed sends, messages given back) of
	 * which this instance does not know by itself.
	 */
	private Duration pollInterval = Duration.ofSeconds(1);

	/**
	 * How long a read waits for new messages. Cut to half of spring.data.redis.timeout
	 * and to the heartbeat interval.
	 */
	private Duration block = Duration.ofSeconds(5);

	/**
	 * After what time a message is taken over that a client without heartbeat holds, one
	 * that is not an application with this library.
	 */
	private Duration foreignIdle = Duration.ofMinutes(5);

	/**
	 * Whether to renew, once per heartbeat interval, the idle times of messages that this
	 * instance holds. For groups in which clients of other kinds claim what is idle, by
	 * XAUTOCLAIM.
	 */
	private boolean refreshIdle = false;

	/**
	 * Database of the queues. By default spring.data.redis.database. A Redis Cluster has
	 * only database 0.
	 */
	private @Nullable Integer database;

	/**
	 * Whether the application does not start if Redis is not set up so that it keeps
	 * queues: with an eviction policy, without an append-only file, too old, or in a
	 * database that is shared with a cache. By default it only warns.
	 */
	private boolean strict = false;

	/**
	 * What a send waits for before it returns: "none", or "replicas(n)" for n replicas
	 * that have confirmed that they have the message.
	 */
	private RedisDurability durability = RedisDurability.NONE;

	/**
	 * How long a send waits for replicas. Cut to half of spring.data.redis.timeout.
	 */
	private Duration durabilityTimeout = Duration.ofSeconds(1);

	public String getPrefix() {
		return this.prefix;
	}

	public void setPrefix(String prefix) {
		this.prefix = prefix;
	}

	public Duration getPollInterval() {
		return this.pollInterval;
	}

	public void setPollInterval(Duration pollInterval) {
		this.pollInterval = pollInterval;
	}

	public Duration getBlock() {
		return this.block;
	}

	public void setBlock(Duration block) {
		this.block = block;
	}

	public Duration getForeignIdle() {
		return this.foreignIdle;
	}

	public void setForeignIdle(Duration foreignIdle) {
		this.foreignIdle = foreignIdle;
	}

	public boolean isRefreshIdle() {
		return this.refreshIdle;
	}

	public void setRefreshIdle(boolean refreshIdle) {
		this.refreshIdle = refreshIdle;
	}

	public @Nullable Integer getDatabase() {
		return this.database;
	}

	public void setDatabase(@Nullable Integer database) {
		this.database = database;
	}

	public boolean isStrict() {
		return this.strict;
	}

	public void setStrict(boolean strict) {
		this.strict = strict;
	}

	public RedisDurability getDurability() {
		return this.durability;
	}

	public void setDurability(RedisDurability durability) {
		this.durability = durability;
	}

	public Duration getDurabilityTimeout() {
		return this.durabilityTimeout;
	}

	public void setDurabilityTimeout(Duration durabilityTimeout) {
		this.durabilityTimeout = durabilityTimeout;
	}

}
