package io.github.queuestarter.autoconfigure;

/**
 * The application reaches Redis with a client that queues can't use.
 */
final class UnsupportedRedisClientException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	UnsupportedRedisClientException(Class<?> factory) {
		super("Queues on Redis need the Lettuce client, but the RedisConnectionFactory is a " + factory.getName());
	}

}
