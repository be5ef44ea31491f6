package io.github.queuestarter.servers;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

/**
 * A Redis Cluster of three masters with one replica each, on this machine. It goes away
 * with this JVM.
 */
public final class RedisCluster implements AutoCloseable {

	private static final int SLOTS = 16384;

	private static final int MASTERS = 3;

	private static final int ATTEMPTS_TO_FIND_PORTS = 3;

	private final List<RedisServer> servers = new ArrayList<>();

	private RedisCluster() {
	}

	/**
	 * Start all six servers, and wait until they agree that the cluster is well.
	 * @param config further arguments for each server
	 */
	public static RedisCluster start(String... config) {
		for (int attempt = 1; attempt < ATTEMPTS_TO_FIND_PORTS; attempt++) {
			try {
				return startOnce(config);
			}
			catch (IllegalStateException ex) {
				if (!String.valueOf(ex.getMessage()).contains("Failed listening on port")) {
					throw ex;
				}
			}
		}
		return startOnce(config);
	}

	private static RedisCluster startOnce(String... config) {
		RedisCluster cluster = new RedisCluster();
		try {
			cluster.startAll(config);
			return cluster;
		}
		catch (RuntimeException ex) {
			cluster.close();
			throw ex;
		}
	}

	// As if they had met before: from the state that each keeps of all
	private void startAll(String... config) {
		List<Integer> ports = IntStream.range(0, 2 * MASTERS)
			.mapToObj((i) -> FreePort.find(RedisServer.CLUSTER_BUS_OFFSET))
			.toList();
		for (int i = 0; i < ports.size(); i++) {
			this.servers.add(RedisServer.builder()
				.port(ports.get(i))
				.file("nodes.conf", nodes(ports, i))
				.config("--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout",
						"2000", "--repl-diskless-sync-delay", "0")
				.config(config)
				.start());
		}
		awaitHealth();
	}

	private static String nodes(List<Integer> ports, int myself) {
		StringBuilder nodes = new StringBuilder();
		for (int i = 0; i < ports.size(); i++) {
			int master = i % MASTERS;
			boolean replica = i >= MASTERS;
			nodes.append("%s 127.0.0.1:%d@%d %s%s %s 0 0 %d connected%s\n".formatted(id(i), ports.get(i),
					ports.get(i) + RedisServer.CLUSTER_BUS_OFFSET, (i == myself) ? "myself," : "",
					replica ? "slave" : "master", replica ? id(master) : "-", master + 1,
					replica ? "" : " %d-%d".formatted(master * SLOTS / MASTERS, (master + 1) * SLOTS / MASTERS - 1)));
		}
		return nodes.append("vars currentEpoch %d lastVoteEpoch 0\n".formatted(MASTERS)).toString();
	}

	private static String id(int number) {
		return "%040x".formatted(number + 1);
	}

	/**
	 * The servers in the form of {@code spring.data.redis.cluster.nodes}.
	 */
	public String nodes() {
		return String.join(",", this.servers.stream().map((server) -> "127.0.0.1:" + server.port()).toList());
	}

	/**
	 * All servers, also those that do not run.
	 */
	public List<RedisServer> servers() {
		return List.copyOf(this.servers);
	}

	/**
	 * The id of a server in the cluster.
	 */
	public String idOf(RedisServer server) {
		return id(this.servers.indexOf(server));
	}

	/**
	 * The server that holds the slot of a key, as most of the running ones say at this
	 * moment.
	 */
	public RedisServer ownerOf(String key) {
		Map<Integer, Integer> votes = new HashMap<>();
		for (RedisServer server : this.servers) {
			if (server.isRunning()) {
				Integer port = portOf(server, slotOf(server, key));
				if (port != null) {
					votes.merge(port, 1, Integer::sum);
				}
			}
		}
		int port = votes.entrySet()
			.stream()
			.max(Comparator.comparing(Map.Entry::getValue))
			.orElseThrow(() -> new IllegalStateException("Nobody holds the slot of " + key))
			.getKey();
		return this.servers.stream().filter((server) -> server.port() == port).findFirst().orElseThrow();
	}

	/**
	 * The slot of a key.
	 */
	public int slotOf(String key) {
		return slotOf(running(), key);
	}

	private static int slotOf(RedisServer server, String key) {
		return ((Long) Objects.requireNonNull(server.call("CLUSTER", "KEYSLOT", key))).intValue();
	}

	private static @Nullable Integer portOf(RedisServer server, int slot) {
		for (Object range : (List<?>) Objects.requireNonNull(server.call("CLUSTER", "SLOTS"))) {
			List<?> parts = (List<?>) range;
			if ((Long) parts.get(0) <= slot && slot <= (Long) parts.get(1)) {
				return ((Long) ((List<?>) parts.get(2)).get(1)).intValue();
			}
		}
		return null;
	}

	private RedisServer running() {
		return this.servers.stream().filter(RedisServer::isRunning).findFirst().orElseThrow();
	}

	/**
	 * Wait until another server holds the slot of a key.
	 * @return the new owner
	 */
	public RedisServer awaitFailover(String key, RedisServer from) {
		RedisSentinels.await("other owner of " + key, () -> ownerOf(key) != from && isWell(ownerOf(key)));
		return ownerOf(key);
	}

	/**
	 * Wait until every running server takes the cluster for well, and every replica
	 * follows.
	 */
	public void awaitHealth() {
		RedisSentinels.await("healthy cluster",
				() -> this.servers.stream().filter(RedisServer::isRunning).allMatch(RedisCluster::isWell));
	}

	private static boolean isWell(RedisServer server) {
		String replication = String.valueOf(server.call("INFO", "replication"));
		return String.valueOf(server.call("CLUSTER", "INFO")).contains("cluster_state:ok")
				&& (replication.contains("role:master") || replication.contains("master_link_status:up"));
	}

	@Override
	public void close() {
		this.servers.forEach(RedisServer::close);
	}

}
