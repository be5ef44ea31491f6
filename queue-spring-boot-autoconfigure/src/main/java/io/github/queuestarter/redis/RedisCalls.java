package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.store.StoreUnavailableException;
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

	private final ClusterView cluster;

	private final AtomicLong noResetBefore = new AtomicLong(System.nanoTime());

	RedisCalls(RedisConnectionFactory connections, Duration timeout) {
		this.connections = connections;
		this.timeout = timeout;
		this.cluster = new ClusterView(connections);
	}

	<T> @Nullable T call(Function<RedisClusterAsyncCommands<byte[], byte[]>, ? extends Future<T>> command) {
		return withCommands((commands) -> await(command.apply(commands)));
	}

	/**
	 * Send a command that nobody waits for. Does not throw.
	 */
	CompletionStage<?> begin(SendCall command) {
		try {
			RedisFuture<?> future = withCommands((commands) -> command.on(commands));
			return (future != null) ? future : CompletableFuture.completedFuture(null);
		}
		catch (QueueStoreException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	/**
	 * Send commands in one write, in order, then wait for all. Those that the server
	 * can't do at this moment are made anew and tried again.
	 * @throws QueueStoreException if one of them failed
	 */
	void dispatchAll(List<Supplier<AsyncCommand<byte[], byte[], String>>> calls) {
		Patience patience = new Patience(this.timeout);
		Refused refused = dispatchOnce(calls);
		while (!refused.calls().isEmpty()) {
			patience.waitAfter(Objects.requireNonNull(refused.failure()));
			refused = dispatchOnce(refused.calls());
		}
	}

	private Refused dispatchOnce(List<Supplier<AsyncCommand<byte[], byte[], String>>> calls) {
		Refused result = withCommands((commands) -> {
			List<AsyncCommand<byte[], byte[], String>> sent = calls.stream().map(Supplier::get).toList();
			Refused refused = new Refused(new ArrayList<>(), null);
			try {
				dispatch(connectionOf(commands), sent);
				for (int i = 0; i < calls.size(); i++) {
					refused = await(sent.get(i), calls.get(i), refused);
				}
			}
			finally {
				giveUp(sent);
			}
			return refused;
		});
		return Objects.requireNonNull(result);
	}

	private Refused await(Future<?> future, Supplier<AsyncCommand<byte[], byte[], String>> call, Refused before) {
		try {
			await(future);
			return before;
		}
		catch (QueueStoreException ex) {
			if (ex.getCause() == null || !Refusals.isTemporary(ex.getCause())) {
				throw ex;
			}
			before.calls().add(call);
			return new Refused(before.calls(), ex);
		}
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
		return evalEach(calls).stream().map(Answer::replyOrThrow).toList();
	}

	/**
	 * Call scripts in one go. One that is refused costs the others nothing.
	 * @return what came of each, in the same order
	 * @throws QueueStoreException if Redis could not be reached
	 */
	List<Answer> evalEach(List<ScriptCall> calls) {
		List<Answer> answers = evalReachable(calls);
		answers.forEach(Answer::throwUnlessAnswered);
		return answers;
	}

	/**
	 * Call scripts in one go. One that is refused or not answered costs the others
	 * nothing; all together are not waited for longer than one.
	 * @return what came of each, in the same order
	 */
	List<Answer> evalReachable(List<ScriptCall> calls) {
		if (calls.isEmpty()) {
			return List.of();
		}
		try {
			List<Answer> answers = withCommands((commands) -> evalReachable(commands, calls));
			return (answers != null) ? answers : List.of();
		}
		catch (QueueStoreException ex) {
			return Collections.nCopies(calls.size(), new Answer(null, ex));
		}
	}

	private List<Answer> evalReachable(RedisClusterAsyncCommands<byte[], byte[]> commands, List<ScriptCall> calls) {
		List<AsyncCommand<byte[], byte[], List<Object>>> futures = calls.stream().map(RawCommands::evalsha).toList();
		List<Answer> each = new ArrayList<>(calls.size());
		long end = System.nanoTime() + this.timeout.toNanos();
		try {
			dispatchScripts(commands, futures);
			for (int i = 0; i < calls.size(); i++) {
				each.add(answer(commands, calls.get(i), futures.get(i), end));
			}
		}
		finally {
			giveUp(futures);
		}
		return each;
	}

	private Answer answer(RedisClusterAsyncCommands<byte[], byte[]> commands, ScriptCall call,
			RedisFuture<List<Object>> future, long end) {
		try {
			return new Answer(reply(commands, call, future, end), null);
		}
		catch (QueueStoreException ex) {
			return new Answer(null, ex);
		}
	}

	// A server that was restarted or flushed does not know the script
	private Reply reply(RedisClusterAsyncCommands<byte[], byte[]> commands, ScriptCall call,
			RedisFuture<List<Object>> future, long end) {
		List<Object> items;
		try {
			items = await(future, Math.max(0, end - System.nanoTime()));
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

	// In a cluster a collection is as many writes as there are slots, and each waits for
	// its server to be connected. One that is away must not keep back what others are to
	// be told.
	private static void dispatchScripts(RedisClusterAsyncCommands<byte[], byte[]> commands,
			List<? extends AsyncCommand<byte[], byte[], ?>> calls) {
		StatefulConnection<byte[], byte[]> connection = connectionOf(commands);
		if (commands instanceof RedisAdvancedClusterAsyncCommands) {
			calls.forEach(connection::dispatch);
		}
		else {
			dispatch(connection, calls);
		}
	}

	// One by one, each of many would be a write to the socket
	private static void dispatch(StatefulConnection<byte[], byte[]> connection,
			List<? extends AsyncCommand<byte[], byte[], ?>> calls) {
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
			this.cluster.refresh();
			throw new StoreUnavailableException("Redis could not be reached: " + ex.getMessage(), ex);
		}
	}

	<T> @Nullable T await(Future<T> future) {
		return await(future, this.timeout.toNanos());
	}

	private <T> @Nullable T await(Future<T> future, long nanos) {
		try {
			return future.get(nanos, TimeUnit.NANOSECONDS);
		}
		catch (ExecutionException ex) {
			throw failure((ex.getCause() != null) ? ex.getCause() : ex);
		}
		catch (TimeoutException ex) {
			future.cancel(true);
			this.cluster.refresh();
			reset();
			throw new StoreUnavailableException("Redis did not answer within " + this.timeout, ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new QueueStoreException("Interrupted while waiting for Redis", ex);
		}
	}

	private QueueStoreException failure(Throwable cause) {
		if (cause instanceof RedisCommandExecutionException && !Refusals.isTemporary(cause)) {
			String advice = Refusals.isForbidden(cause)
					? ". Compare the rule of the Redis user with the page 'Redis in production'" : "";
			return new QueueStoreException("Redis refused: " + cause.getMessage() + advice, cause);
		}
		this.cluster.refresh();
		if (Refusals.isReadOnly(cause)) {
			reset();
		}
		return new StoreUnavailableException((cause instanceof RedisCommandExecutionException
				? "Redis can't do it now: " : "Redis could not be reached: ") + cause.getMessage(), cause);
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

	/**
	 * What the server could not do at this moment.
	 */
	private record Refused(List<Supplier<AsyncCommand<byte[], byte[], String>>> calls,
			@Nullable QueueStoreException failure) {
	}

}
