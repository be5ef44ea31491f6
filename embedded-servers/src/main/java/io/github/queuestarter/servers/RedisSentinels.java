package io.github.queuestarter.servers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * A Redis master with replicas and three Sentinels that watch over them, on this machine.
 * They go away with this JVM.
 */
public final class RedisSentinels implements AutoCloseable {

	/**
	 * The name under which the Sentinels know the master.
	 */
	public static final String MASTER_NAME = "queues";

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final int SENTINELS = 3;

	private static final String SENTINEL_CONF = """
			sentinel monitor %1$s 127.0.0.1 %2$d 2
			sentinel down-after-milliseconds %1$s 1000
			sentinel failover-timeout %1$s 3000
			sentinel parallel-syncs %1$s 1
			""";

	private final List<RedisServer> servers = new ArrayList<>();

	private final List<RedisServer> sentinels = new ArrayList<>();

	private RedisSentinels() {
	}

	/**
	 * Start all of it, and wait until the Sentinels know each other and every replica.
	 * @param replicas how many replicas
	 * @param config further arguments for master and replicas
	 */
	public static RedisSentinels start(int replicas, String... config) {
		RedisSentinels setUp = new RedisSentinels();
		try {
			setUp.startAll(replicas, config);
			return setUp;
		}
		catch (RuntimeException ex) {
			setUp.close();
			throw ex;
		}
	}

	private void startAll(int replicas, String... config) {
		RedisServer master = server(config).start();
		this.servers.add(master);
		for (int i = 0; i < replicas; i++) {
			this.servers
				.add(server(config).config("--replicaof", master.host(), Integer.toString(master.port())).start());
		}
		await("replicas that follow", () -> this.servers.stream().skip(1).allMatch(RedisSentinels::follows));
		for (int i = 0; i < SENTINELS; i++) {
			this.sentinels.add(RedisServer.builder()
				.file("sentinel.conf", SENTINEL_CONF.formatted(MASTER_NAME, master.port()))
				.sentinel("sentinel.conf")
				.start());
		}
		await("Sentinels that know each other",
				() -> this.sentinels.stream()
					.allMatch((sentinel) -> size(sentinel, "sentinels") == SENTINELS - 1
							&& size(sentinel, "replicas") == replicas));
	}

	private static RedisServer.Builder server(String... config) {
		return RedisServer.builder().config("--repl-diskless-sync-delay", "0").config(config);
	}

	private static int size(RedisServer sentinel, String what) {
		return ((List<?>) Objects.requireNonNull(sentinel.call("SENTINEL", what, MASTER_NAME))).size();
	}

	static boolean follows(RedisServer replica) {
		return String.valueOf(replica.call("INFO", "replication")).contains("master_link_status:up");
	}

	/**
	 * Change after which time without an answer the Sentinels take a server for dead. It
	 * is a second at first.
	 */
	public void takeForDeadAfter(Duration silence) {
		for (RedisServer sentinel : this.sentinels) {
			sentinel.call("SENTINEL", "SET", MASTER_NAME, "down-after-milliseconds", Long.toString(silence.toMillis()));
		}
	}

	/**
	 * The Sentinels, in the form of {@code spring.data.redis.sentinel.nodes}.
	 */
	public String nodes() {
		return String.join(",", this.sentinels.stream().map((sentinel) -> "127.0.0.1:" + sentinel.port()).toList());
	}

	/**
	 * Master and replicas, also those that do not run.
	 */
	public List<RedisServer> servers() {
		return List.copyOf(this.servers);
	}

	/**
	 * The server that most Sentinels take for the master at this moment.
	 */
	public RedisServer master() {
		return this.servers.stream()
			.filter((server) -> this.sentinels.stream()
				.filter((sentinel) -> masterPort(sentinel).equals(Integer.toString(server.port())))
				.count() > SENTINELS / 2)
			.findFirst()
			.orElseThrow(() -> new IllegalStateException("The Sentinels do not agree on a master"));
	}

	/**
	 * Wait until the Sentinels have made another server the master.
	 * @return the new master
	 */
	public RedisServer awaitFailover(RedisServer from) {
		await("another master than port " + from.port(), () -> {
			RedisServer master = masterOrNull();
			return master != null && master != from
					&& String.valueOf(master.call("INFO", "replication")).contains("role:master");
		});
		return master();
	}

	private @Nullable RedisServer masterOrNull() {
		try {
			return master();
		}
		catch (IllegalStateException ex) {
			return null;
		}
	}

	private static String masterPort(RedisServer sentinel) {
		Object address = sentinel.call("SENTINEL", "get-master-addr-by-name", MASTER_NAME);
		return (address instanceof List<?> hostAndPort) ? String.valueOf(hostAndPort.get(1)) : "";
	}

	static void await(String what, BooleanSupplier condition) {
		if (!Await.until(PATIENCE, condition)) {
			throw new IllegalStateException("No " + what + " after " + PATIENCE);
		}
	}

	/**
	 * End all of it. The Sentinels go first, so that they do not see a failure.
	 */
	@Override
	public void close() {
		this.sentinels.forEach(RedisServer::close);
		this.servers.forEach(RedisServer::close);
	}

}
