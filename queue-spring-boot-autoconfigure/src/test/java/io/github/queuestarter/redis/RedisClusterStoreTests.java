package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.servers.RedisServer;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.StoreContract;
import io.github.queuestarter.testing.AclLog;
import io.github.queuestarter.testing.DocumentedAclRule;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The promises of every store, kept in Redis Cluster: one member is enough for it to
 * refuse a script that touches two slots. The user may do no more than is documented.
 */
class RedisClusterStoreTests extends StoreContract {

	private static final Lettuce LETTUCE = new Lettuce();

	private static final String PASSWORD = "secret";

	private static RedisServer server;

	private static RedisConnectionFactory connections;

	private static RedisConnectionFactory dedicated;

	@BeforeAll
	static void connect() {
		List<String> rule = DocumentedAclRule.of("contract:", DocumentedAclRule.BASE, DocumentedAclRule.CLUSTER);
		server = RedisServer.builder()
			.user(DocumentedAclRule.USER, "on", ">" + PASSWORD)
			.config(rule.toArray(String[]::new))
			.config("--cluster-enabled", "yes")
			.start();
		RedisClient client = RedisClient.create(RedisURI.create(server.host(), server.port()));
		try (StatefulRedisConnection<String, String> connection = client.connect()) {
			RedisCommands<String, String> redis = connection.sync();
			redis.clusterAddSlots(IntStream.range(0, 16384).toArray());
			Awaitility.await().until(() -> redis.clusterInfo().contains("cluster_state:ok"));
		}
		finally {
			client.shutdown();
		}
		connections = LETTUCE.clusterConnections(server, DocumentedAclRule.USER, PASSWORD, Duration.ofSeconds(10));
		dedicated = LETTUCE.clusterConnections(server, DocumentedAclRule.USER, PASSWORD, Duration.ofSeconds(5));
	}

	@AfterAll
	static void disconnect() {
		LETTUCE.close();
		assertThat(AclLog.refused(server)).isEmpty();
		server.close();
	}

	@Override
	protected QueueStore newStore(QueueObserver observer) {
		return new RedisStore(connections, dedicated, new RedisStore.Settings("contract:", Duration.ofMillis(200),
				Duration.ofMillis(100), Duration.ofMinutes(5), Duration.ofMillis(300)), observer);
	}

}
