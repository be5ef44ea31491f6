package io.github.queuestarter.redis;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConnection;
import org.springframework.data.redis.connection.RedisStreamCommands;
import org.springframework.data.redis.connection.stream.ByteRecord;

/**
 * What a listener container takes for its connection factory. The container asks for a
 * connection before each poll and gives it back after it. Here it waits until a poll
 * makes sense, and gets the same connection each time, which stays open and on which the
 * poll itself is the reader's.
 */
final class ReaderConnections implements RedisConnectionFactory {

	private final RedisConnectionFactory connections;

	private final Runnable gate;

	private final Function<RedisConnection, List<ByteRecord>> poll;

	private final AtomicReference<@Nullable RedisConnection> connection = new AtomicReference<>();

	/**
	 * Create a new instance.
	 * @param connections where the connection comes from
	 * @param gate returns when it is time for a poll
	 * @param poll does the poll
	 */
	ReaderConnections(RedisConnectionFactory connections, Runnable gate,
			Function<RedisConnection, List<ByteRecord>> poll) {
		this.connections = connections;
		this.gate = gate;
		this.poll = poll;
	}

	@Override
	public RedisConnection getConnection() {
		this.gate.run();
		RedisConnection open = open();
		return proxy(RedisConnection.class, (method, arguments) -> switch (method.getName()) {
			case "close" -> null;
			case "streamCommands" -> streamCommands(open);
			default -> method.invoke(open, arguments);
		});
	}

	/**
	 * Close the connection, even under a poll; the next poll opens another.
	 */
	void drop() {
		RedisConnection open = this.connection.getAndSet(null);
		if (open != null) {
			open.close();
		}
	}

	/**
	 * The same, but not if it is another one by now.
	 */
	void drop(RedisConnection open) {
		if (this.connection.compareAndSet(open, null)) {
			open.close();
		}
	}

	/**
	 * Do something with the connection if there is one.
	 */
	void ifOpen(Consumer<RedisConnection> action) {
		RedisConnection open = this.connection.get();
		if (open != null) {
			action.accept(open);
		}
	}

	private RedisConnection open() {
		RedisConnection open = this.connection.get();
		if (open == null) {
			open = connect();
			this.connection.set(open);
		}
		return open;
	}

	// The client connects at the first command, and what is closed before that stays open
	private RedisConnection connect() {
		RedisConnection fresh = this.connections.getConnection();
		try {
			fresh.openPipeline();
			fresh.closePipeline();
			return fresh;
		}
		catch (RuntimeException ex) {
			fresh.close();
			throw ex;
		}
	}

	private RedisStreamCommands streamCommands(RedisConnection open) {
		RedisStreamCommands commands = open.streamCommands();
		return proxy(RedisStreamCommands.class, (method, arguments) -> method.getName().equals("xReadGroup")
				? this.poll.apply(open) : method.invoke(commands, arguments));
	}

	private static <T> T proxy(Class<T> type, Call call) {
		return type
			.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, (proxy, method, arguments) -> {
				try {
					return call.on(method, arguments);
				}
				catch (InvocationTargetException ex) {
					throw ex.getTargetException();
				}
			}));
	}

	@Override
	public boolean getConvertPipelineAndTxResults() {
		return this.connections.getConvertPipelineAndTxResults();
	}

	@Override
	public RedisClusterConnection getClusterConnection() {
		throw new UnsupportedOperationException("A reader has one connection only");
	}

	@Override
	public RedisSentinelConnection getSentinelConnection() {
		throw new UnsupportedOperationException("A reader has one connection only");
	}

	@Override
	public @Nullable DataAccessException translateExceptionIfPossible(RuntimeException ex) {
		return this.connections.translateExceptionIfPossible(ex);
	}

	/**
	 * What a proxy does.
	 */
	private interface Call {

		@Nullable Object on(Method method, Object @Nullable [] arguments) throws Throwable;

	}

}
