package io.github.queuestarter.redis;

import java.time.Duration;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * How long the client waits for the answer to a command.
 *
 * @param value the time
 */
record CommandTimeout(Duration value) {

	private static final Duration OTHERWISE = Duration.ofSeconds(10);

	static CommandTimeout of(RedisConnectionFactory connections) {
		if (connections instanceof LettuceConnectionFactory lettuce) {
			Duration timeout = lettuce.getClientConfiguration().getCommandTimeout();
			// Zero means to wait for ever
			return new CommandTimeout(timeout.toMillis() > 0 ? timeout : OTHERWISE);
		}
		return new CommandTimeout(OTHERWISE);
	}

	/**
	 * The longest time that a command may block: well below the time after which the
	 * client gives up, as the server may then still hand out a message.
	 */
	Duration limit(Duration block) {
		Duration limit = this.value.dividedBy(2);
		return (block.compareTo(limit) > 0) ? Duration.ofMillis(Math.max(1, limit.toMillis())) : block;
	}

	CommandTimeout atMost(Duration other) {
		return (this.value.compareTo(other) > 0) ? new CommandTimeout(other) : this;
	}

}
