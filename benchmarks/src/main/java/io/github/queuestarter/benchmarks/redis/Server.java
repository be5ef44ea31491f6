package io.github.queuestarter.benchmarks.redis;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import io.github.queuestarter.benchmarks.starter.MeasuredServer;
import io.github.queuestarter.servers.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;

/**
 * A Redis server that writes its append-only file to the disk every second.
 */
final class Server implements MeasuredServer, AutoCloseable {

	private static final long LOOK_AGAIN_NANOS = 20_000_000;

	private final RedisServer server;

	private final RedisClient client;

	private final StatefulRedisConnection<String, String> connection;

	Server() {
		this.server = RedisServer.builder()
			// rewritten before each contender, so that it does not fall into one's time
			.config("--appendonly", "yes", "--appendfsync", "everysec", "--auto-aof-rewrite-percentage", "0")
			.start();
		this.client = RedisClient.create(url());
		this.connection = this.client.connect();
	}

	String url() {
		return "redis://%s:%d".formatted(this.server.host(), this.server.port());
	}

	@Override
	public String product() {
		return "Redis";
	}

	@Override
	public Keys fresh() {
		commands().flushall();
		commands().bgrewriteaof();
		do {
			LockSupport.parkNanos(LOOK_AGAIN_NANOS);
		}
		while (info("persistence", "aof_rewrite_in_progress") + info("persistence", "aof_rewrite_scheduled") > 0);
		return new Keys(this);
	}

	@Override
	public Duration cpuTime() {
		return ProcessHandle.of(this.server.pid()).orElseThrow().info().totalCpuDuration().orElse(Duration.ZERO);
	}

	/**
	 * A connection of the suite itself.
	 */
	RedisCommands<String, String> commands() {
		return this.connection.sync();
	}

	/**
	 * The client of the suite itself and of raw contenders.
	 */
	RedisClient client() {
		return this.client;
	}

	long info(String section, String field) {
		return commands().info(section)
			.lines()
			.filter((line) -> line.startsWith(field + ":"))
			.mapToLong((line) -> Long.parseLong(line.substring(field.length() + 1)))
			.findFirst()
			.orElseThrow();
	}

	/**
	 * Raise an error unless a stream holds this many messages.
	 */
	void require(String stream, long messages) {
		long stored = commands().xlen(stream);
		if (stored != messages) {
			throw new IllegalStateException(stored + " messages are stored instead of " + messages);
		}
	}

	String version() {
		return commands().info("server")
			.lines()
			.filter((line) -> line.startsWith("redis_version:"))
			.findFirst()
			.orElseThrow()
			.substring("redis_version:".length());
	}

	@Override
	public void close() {
		this.client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
		this.server.close();
	}

}
