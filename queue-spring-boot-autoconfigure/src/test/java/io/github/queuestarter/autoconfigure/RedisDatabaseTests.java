package io.github.queuestarter.autoconfigure;

import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.WithAuthentication;
import org.springframework.data.redis.connection.RedisConfiguration.WithDatabaseIndex;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisSocketConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class RedisDatabaseTests {

	static Stream<RedisConfiguration> servers() {
		RedisSentinelConfiguration sentinel = new RedisSentinelConfiguration().master("main")
			.sentinel("one", 26379)
			.sentinel("two", 26380);
		sentinel.setSentinelUsername("watcher");
		sentinel.setSentinelPassword("other secret");
		RedisStaticMasterReplicaConfiguration nodes = new RedisStaticMasterReplicaConfiguration("one", 6380).node("two",
				6381);
		return Stream.of(new RedisStandaloneConfiguration("one", 6380), new RedisSocketConfiguration("/run/redis.sock"),
				sentinel, nodes);
	}

	@ParameterizedTest
	@MethodSource("servers")
	void onlyTheDatabaseDiffersAndTheApplicationsStays(RedisConfiguration server) {
		((WithAuthentication) server).setUsername("app");
		((WithAuthentication) server).setPassword("secret");
		((WithDatabaseIndex) server).setDatabase(1);
		RedisConfiguration own = new RedisDatabase(3).on(server);
		assertThat(own).isNotSameAs(server).hasSameClassAs(server);
		assertThat(((WithDatabaseIndex) own).getDatabase()).isEqualTo(3);
		assertThat(((WithDatabaseIndex) server).getDatabase()).isEqualTo(1);
		((WithDatabaseIndex) server).setDatabase(3);
		assertThat(own).usingRecursiveComparison().isEqualTo(server);
	}

	@Test
	void clusterHasDatabase0Only() {
		RedisClusterConfiguration cluster = new RedisClusterConfiguration();
		assertThat(new RedisDatabase(0).on(cluster)).isSameAs(cluster);
		assertThatIllegalArgumentException().isThrownBy(() -> new RedisDatabase(1).on(cluster))
			.withMessageContaining("only database 0")
			.withMessageContaining("queue.redis.prefix");
	}

	@Test
	void databasesCountFrom0() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new RedisDatabase(-1).on(new RedisStandaloneConfiguration()))
			.withMessageContaining("-1");
	}

}
