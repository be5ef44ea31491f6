package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import io.github.queuestarter.QueueStoreException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.protocol.AsyncCommand;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Calls Redis and waits for its answers. Never part of a transaction of the caller.
 */
final class RedisCalls {

	private final RedisConnectionFactory connections;

	private final Duration timeout;

	private final AtomicLong noResetBefore = new AtomicLong(System.nanoTime());

	RedisCalls(RedisConnectionFactory connections, Duration timeout) {
		this.connections = connections;
		this.timeout = timeout;
	}

	<T> @Nullable T call(Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> command) {
		return withCommands((commands) -> await(command.apply(commands)));
	}

	/**
	 * Send commands in one write, in order, then wait for all.
	 * @throws QueueStoreException if one of them failed
	 */
	void dispatchAll(List<AsyncCommand<byte[], byte[], String>> calls) {
		withCommands((commands) -> {
			dispatch(commands, calls);
			try {
				calls.forEach(this::await);
			}
			finally {
				giveUp(calls);
			}
			return true;
		});
	}

	Reply eval(ScriptCall call) {
		return evalAll(List.of(call)).get(0);
	}

	/**
	 * Call scripts in one go.
	 * @return their answers, in the same order
	 * @throws QueueStoreException if one of them failed
	 */
	List<Reply> evalAll(List<ScriptCall> calls) {
		List<Reply> replies = withCommands((commands) -> {
			List<AsyncCommand<byte[], byte[], List<Object>>> futures = calls.stream()
				.map(RawCommands::evalsha)
				.toList();
			dispatch(commands, futures);
			List<Reply> answers = new ArrayList<>(calls.size());
			try {
				for (int i = 0; i < calls.size(); i++) {
					answers.add(reply(commands, calls.get(i), futures.get(i)));
				}
			}
			finally {
				giveUp(futures);
			}
			return answers;
		});
		return (replies != null) ? replies : List.of();
	}

	// A server that was restarted or flushed does not know the script
	private Reply reply(RedisClusterAsyncCommands<byte[], byte[]> commands, ScriptCall call,
			RedisFuture<List<Object>> future) {
		List<Object> items;
		try {
			items = await(future);
		}
		catch (QueueStoreException ex) {
			if (!(ex.getCause() instanceof RedisNoScriptException)) {
				throw ex;
			}
			items = await(
					commands.eval(call.script().text(), ScriptOutputType.MULTI, call.keyArray(), call.argumentArray()));
		}
		return new Reply((items != null) ? items : List.of());
	}

	// One by one, each of many would be a write to the socket
	private static void dispatch(RedisClusterAsyncCommands<byte[], byte[]> commands,
			List<? extends AsyncCommand<byte[], byte[], ?>> calls) {
		StatefulConnection<byte[], byte[]> connection = connectionOf(commands);
		if (calls.size() == 1) {
			connection.dispatch(calls.get(0));
		}
		else {
			connection.dispatch(calls);
		}
	}

	@SuppressWarnings("deprecation") // the only way from what Spring gives to a
										// connection
	private static StatefulConnection<byte[], byte[]> connectionOf(RedisClusterAsyncCommands<byte[], byte[]> commands) {
		return (commands instanceof RedisAdvancedClusterAsyncCommands<byte[], byte[]> cluster)
				? cluster.getStatefulConnection()
				: ((RedisAsyncCommands<byte[], byte[]>) commands).getStatefulConnection();
	}

	@SuppressWarnings("unchecked")
	private <T> @Nullable T withCommands(Function<RedisClusterAsyncCommands<byte[], byte[]>, @Nullable T> action) {
		try (RedisConnection connection = this.connections.getConnection()) {
			return action.apply((RedisClusterAsyncCommands<byte[], byte[]>) connection.getNativeConnection());
		}
		catch (QueueStoreException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			throw new QueueStoreException("Redis could not be reached: " + ex.getMessage(), ex);
		}
	}

	private <T> @Nullable T await(Future<T> future) {
		try {
			return future.get(this.timeout.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			boolean refused = cause instanceof RedisCommandExecutionException;
			throw new QueueStoreException(
					(refused ? "Redis refused: " : "Redis could not be reached: ") + cause.getMessage(), cause);
		}
		catch (TimeoutException ex) {
			future.cancel(true);
			reset();
			throw new QueueStoreException("Redis did not answer within " + this.timeout, ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new QueueStoreException("Interrupted while waiting for Redis", ex);
		}
	}

	// What nobody waits for need not be sent when the server is back. Those that are
	// answered stay as they are.
	private static void giveUp(List<? extends Future<?>> futures) {
		futures.forEach((future) -> future.cancel(true));
	}

	// A connection whose other end is silently gone would be used until TCP gives up.
	// What else waits on it is behind what was not answered. A call that began before a
	// reset must not reset again.
	private void reset() {
		long now = System.nanoTime();
		long before = this.noResetBefore.get();
		if (this.connections instanceof LettuceConnectionFactory lettuce && now - before >= 0
				&& this.noResetBefore.compareAndSet(before, now + this.timeout.toNanos())) {
			lettuce.resetConnection();
		}
	}

}
