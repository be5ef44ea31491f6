package io.github.queuestarter.autoconfigure;

import java.time.Duration;

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
	private Duration pollInterval = Duration.ofMillis(500);

	/**
	 * How long a read waits for new messages. Cut to half of spring.data.redis.timeout.
	 */
	private Duration block = Duration.ofSeconds(1);

	/**
	 * After what time a message is taken over that a client without heartbeat holds, one
	 * that is not an application with this library.
	 */
	private Duration foreignIdle = Duration.ofMinutes(5);

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
