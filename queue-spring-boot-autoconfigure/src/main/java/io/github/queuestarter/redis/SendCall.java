package io.github.queuestarter.redis;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;

/**
 * A command that sends a message.
 */
@FunctionalInterface
interface SendCall {

	RedisFuture<?> on(RedisClusterAsyncCommands<byte[], byte[]> commands);

}
