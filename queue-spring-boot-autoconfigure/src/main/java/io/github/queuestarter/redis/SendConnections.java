package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.store.StoreUnavailableException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Connections for one sender at a time, to the one server that has the slot of a key.
 * Once one of them fails it is not used again.
 */
final class SendConnections implements AutoCloseable {

	private static final int MOST = 16;

	private final RedisConnectionFactory connections;

	private final Duration patience;

	private final ClusterView cluster;

	private final Semaphore free = new Semaphore(MOST);

	private final Deque<RedisConnection> idle = new ConcurrentLinkedDeque<>();

	/**
	 * Create a new instance.
	 * @param patience how long to wait for a connection while all are in use
	 */
	SendConnections(RedisConnectionFactory connections, Duration patience) {
		this.connections = connections;
		this.patience = patience;
		this.cluster = new ClusterView(connections);
	}

	/**
	 * Take a connection for a while.
	 * @param redirection where to connect to, if a server has said so
	 */
	Line take(byte[] key, @Nullable Redirection redirection) {
		awaitTurn();
		try {
			return open(key, redirection);
		}
		catch (RuntimeException ex) {
			this.free.release();
			// The server that has the slot may be another one by now
			this.cluster.refresh();
			throw (ex instanceof QueueStoreException) ? ex
					: new StoreUnavailableException("Redis could not be reached: " + ex.getMessage(), ex);
		}
	}

	private void awaitTurn() {
		try {
			if (!this.free.tryAcquire(this.patience.toMillis(), TimeUnit.MILLISECONDS)) {
				throw new StoreUnavailableException(
						"All %d connections for sends to Redis were in use for %s".formatted(MOST, this.patience),
						null);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new QueueStoreException("Interrupted while waiting for a connection to Redis", ex);
		}
	}

	private Line open(byte[] key, @Nullable Redirection redirection) {
		RedisConnection connection = this.idle.poll();
		while (connection != null) {
			Line line = lineIfOpen(connection, key, redirection);
			if (line != null) {
				return line;
			}
			connection = this.idle.poll();
		}
		Line line = lineIfOpen(this.connections.getConnection(), key, redirection);
		if (line == null) {
			throw new StoreUnavailableException("Redis could not be reached: the connection was closed at once", null);
		}
		return line;
	}

	// One that is of no use is closed
	private @Nullable Line lineIfOpen(RedisConnection connection, byte[] key, @Nullable Redirection redirection) {
		@Nullable Line line = null;
		try {
			RedisClusterAsyncCommands<byte[], byte[]> commands = commandsIfOpen(connection, key, redirection);
			line = (commands != null) ? new Line(connection, commands) : null;
			return line;
		}
		finally {
			if (line == null) {
				connection.close();
			}
		}
	}

	@SuppressWarnings("unchecked")
	private static @Nullable RedisClusterAsyncCommands<byte[], byte[]> commandsIfOpen(RedisConnection connection,
			byte[] key, @Nullable Redirection redirection) {
		Object commands = connection.getNativeConnection();
		if (commands instanceof RedisAdvancedClusterAsyncCommands<?, ?> cluster) {
			StatefulRedisConnection<byte[], byte[]> node = node(
					((RedisAdvancedClusterAsyncCommands<byte[], byte[]>) cluster).getStatefulConnection(), key,
					redirection);
			return node.isOpen() ? node.async() : null;
		}
		RedisAsyncCommands<byte[], byte[]> single = (RedisAsyncCommands<byte[], byte[]>) commands;
		StatefulConnection<byte[], byte[]> state = single.getStatefulConnection();
		return state.isOpen() ? single : null;
	}

	private static StatefulRedisConnection<byte[], byte[]> node(
			StatefulRedisClusterConnection<byte[], byte[]> connection, byte[] key, @Nullable Redirection redirection) {
		if (redirection != null) {
			return connection.getConnection(redirection.host(), redirection.port());
		}
		RedisClusterNode master = connection.getPartitions().getMasterBySlot(SlotHash.getSlot(key));
		if (master == null) {
			throw new StoreUnavailableException("No server of the Redis Cluster has the slot of this queue", null);
		}
		return connection.getConnection(master.getUri().getHost(), master.getUri().getPort());
	}

	private void giveBack(RedisConnection connection, boolean well) {
		this.free.release();
		if (well) {
			this.idle.push(connection);
		}
		else {
			connection.close();
		}
	}

	@Override
	public void close() {
		RedisConnection connection = this.idle.poll();
		while (connection != null) {
			connection.close();
			connection = this.idle.poll();
		}
	}

	/**
	 * A connection that was taken.
	 */
	final class Line implements AutoCloseable {

		private final RedisConnection connection;

		private final RedisClusterAsyncCommands<byte[], byte[]> commands;

		private boolean well;

		private Line(RedisConnection connection, RedisClusterAsyncCommands<byte[], byte[]> commands) {
			this.connection = connection;
			this.commands = commands;
		}

		RedisClusterAsyncCommands<byte[], byte[]> commands() {
			return this.commands;
		}

		/**
		 * Say that all commands were answered, so that the connection may be used again.
		 */
		void isWell() {
			this.well = true;
		}

		@Override
		public void close() {
			giveBack(this.connection, this.well);
		}

	}

}
