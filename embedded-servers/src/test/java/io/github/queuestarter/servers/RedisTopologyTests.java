package io.github.queuestarter.servers;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RedisSentinels} and {@link RedisCluster}.
 */
@DisabledOnOs(OS.WINDOWS)
class RedisTopologyTests {

	@Test
	void sentinelsPromoteAReplicaWhenTheMasterDies() {
		List<RedisServer> servers;
		try (RedisSentinels sentinels = RedisSentinels.start(1)) {
			servers = sentinels.servers();
			RedisServer master = sentinels.master();
			master.call("SET", "key", "value");
			assertThat(master.call("WAIT", "1", "5000")).isEqualTo(1L);
			master.kill();
			RedisServer promoted = sentinels.awaitFailover(master);
			assertThat(promoted.call("GET", "key")).isEqualTo("value");
		}
		assertNothingIsLeft(servers.stream());
	}

	@Test
	void clusterPromotesAReplicaWhenAMasterDies() {
		List<RedisServer> servers;
		try (RedisCluster cluster = RedisCluster.start()) {
			servers = cluster.servers();
			RedisServer owner = cluster.ownerOf("key");
			owner.call("SET", "key", "value");
			assertThat(owner.call("WAIT", "1", "5000")).isEqualTo(1L);
			owner.kill();
			assertThat(cluster.awaitFailover("key", owner).call("GET", "key")).isEqualTo("value");
			owner.start();
			cluster.awaitHealth();
		}
		assertNothingIsLeft(servers.stream());
	}

	private static void assertNothingIsLeft(Stream<RedisServer> servers) {
		assertThat(servers).allSatisfy((server) -> {
			assertThat(server.isRunning()).isFalse();
			assertThat(server.directory()).doesNotExist();
		});
	}

}
