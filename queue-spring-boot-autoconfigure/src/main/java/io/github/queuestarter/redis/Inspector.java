package io.github.queuestarter.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.UnsafeStoreException.Risk;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Looks at how Redis is set up, by INFO and a sample of its keys. Never asks for CONFIG,
 * which managed servers do not have and careful administrators do not grant.
 */
final class Inspector {

	private static final int SAMPLE = 500;

	private static final int MOST_LOOKS = 5;

	private static final String NO_DATABASE = "DB index is out of range";

	/**
	 * What Lettuce 7.5 says of a connection that the server refuses if it closes it
	 * before it has told why, about once in 300 times.
	 */
	private static final List<String> REASON_LOST = List.of("Connection closed prematurely",
			"RedisHandshakeHandler not registered");

	private static final Risk SHARED_DATABASE = new Risk(
			"Queues share a database of Redis with keys that expire, as those of a cache do: who clears the cache by"
					+ " FLUSHDB clears the queues",
			"Give queues a database of their own by 'queue.redis.database', or a Redis of their own by"
					+ " @QueueRedisConnectionFactory");

	private static final Risk SHARED_CLUSTER = new Risk(
			"Queues share a Redis Cluster with keys that expire, as those of a cache do: who clears the cache by"
					+ " FLUSHDB clears the queues",
			"Give queues a Redis of their own by @QueueRedisConnectionFactory");

	private final RedisCalls calls;

	private final Keyspace keyspace;

	private final int database;

	private final boolean cluster;

	/**
	 * Create.
	 * @param connections where the calls go, as it tells the database
	 */
	Inspector(RedisCalls calls, Keyspace keyspace, RedisConnectionFactory connections) {
		this.calls = calls;
		this.keyspace = keyspace;
		boolean known = connections instanceof LettuceConnectionFactory;
		this.cluster = known && ((LettuceConnectionFactory) connections).isClusterAware();
		this.database = (known && !this.cluster) ? ((LettuceConnectionFactory) connections).getDatabase() : 0;
	}

	/**
	 * Look once. What the server refuses to tell is unknown.
	 * @throws QueueStoreException if it can't be reached
	 */
	Inspection inspect() {
		List<ServerInfo> servers;
		try {
			servers = mastersWithReason();
		}
		catch (QueueStoreException ex) {
			return isAboutTheDatabase(ex) ? Inspection.of(List.of()).with(noDatabase())
					: Inspection.refused(reason(ex));
		}
		Inspection inspection = Inspection.of(servers);
		if (servers.stream().allMatch((server) -> server.expiringKeys(this.database) == 0)) {
			return inspection;
		}
		try {
			return hasExpiringKeysOfOthers() ? inspection.with(this.cluster ? SHARED_CLUSTER : SHARED_DATABASE)
					: inspection;
		}
		catch (QueueStoreException ex) {
			return inspection.without(SafetyRule.SHARING, reason(ex));
		}
	}

	// Then there are no connections at all
	private static boolean isAboutTheDatabase(QueueStoreException ex) {
		return rootMessage(ex).contains(NO_DATABASE);
	}

	private static String rootMessage(QueueStoreException ex) {
		return String.valueOf(NestedExceptionUtils.getMostSpecificCause(ex).getMessage());
	}

	private List<ServerInfo> mastersWithReason() {
		for (int look = 1; look < MOST_LOOKS; look++) {
			try {
				return masters();
			}
			catch (QueueStoreException ex) {
				if (REASON_LOST.stream().noneMatch(rootMessage(ex)::contains)) {
					throw ex;
				}
			}
		}
		return masters();
	}

	private Risk noDatabase() {
		return new Risk("Redis has no database " + this.database + ", so that no message can be sent or received",
				"Set 'queue.redis.database', or 'spring.data.redis.database' for all, to less than 'databases' in the"
						+ " configuration of Redis, which is 16 unless it says otherwise");
	}

	private List<ServerInfo> masters() {
		List<String> answers = this.calls.<List<String>>call((commands) -> {
			if (commands instanceof RedisAdvancedClusterAsyncCommands<byte[], byte[]> cluster) {
				return cluster.upstream().commands().info().toCompletableFuture();
			}
			return commands.info().toCompletableFuture().thenApply(List::of);
		});
		return (answers != null) ? answers.stream().map(ServerInfo::of).toList() : List.of();
	}

	// Some of the keys will do: a cache that matters has more than a few
	private boolean hasExpiringKeysOfOthers() {
		KeyScanCursor<byte[]> page = this.calls.call((commands) -> commands.scan(ScanArgs.Builder.limit(SAMPLE)));
		if (page == null) {
			return false;
		}
		List<byte[]> others = page.getKeys().stream().filter((key) -> !isOurs(key)).limit(SAMPLE).toList();
		List<Long> lives = this.calls.<List<Long>>call((commands) -> lives(commands, others));
		return lives != null && lives.stream().anyMatch((life) -> life > 0);
	}

	private static CompletableFuture<List<Long>> lives(RedisClusterAsyncCommands<byte[], byte[]> commands,
			List<byte[]> keys) {
		List<CompletableFuture<Long>> lives = keys.stream()
			.map(commands::pttl)
			.map(RedisFuture::toCompletableFuture)
			.toList();
		return CompletableFuture.allOf(lives.toArray(CompletableFuture[]::new))
			.thenApply((done) -> lives.stream().map(CompletableFuture::join).toList());
	}

	// Registrations expire, those of queues with another prefix too
	private boolean isOurs(byte[] key) {
		String text = new String(key, StandardCharsets.UTF_8);
		return this.keyspace.mayHold(text) || text.endsWith(QueueKeys.CONSUMERS);
	}

	/**
	 * What the server said when it refused.
	 * @throws QueueStoreException if it did not refuse for good
	 */
	private static String reason(QueueStoreException ex) {
		@Nullable Throwable cause = ex.getCause();
		String text = (cause instanceof RedisCommandExecutionException) ? String.valueOf(cause.getMessage()) : "";
		if (text.startsWith("NOPERM") || text.startsWith("ERR")) {
			return text;
		}
		throw ex;
	}

}
