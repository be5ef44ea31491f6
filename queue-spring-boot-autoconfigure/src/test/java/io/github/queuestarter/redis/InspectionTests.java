package io.github.queuestarter.redis;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a server says of itself, judged.
 */
class InspectionTests {

	private static final String SAFE = """
			# Server
			redis_version:7.0.15
			executable:/usr/bin/redis-server
			maxmemory_policy:noeviction
			aof_enabled:1
			db0:keys=10,expires=3,avg_ttl=0
			""";

	private static Inspection of(String... infos) {
		return Inspection.of(List.of(infos).stream().map(ServerInfo::of).toList());
	}

	@Test
	void safeServerHasNoRisk() {
		Inspection inspection = of(SAFE);
		assertThat(inspection.warnings()).isEmpty();
		assertThat(inspection.gap()).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "allkeys-lru", "allkeys-random", "volatile-ttl", "volatile-lfu" })
	void everyPolicyThatEvictsIsARisk(String policy) {
		assertThat(of(SAFE.replace("noeviction", policy)).warnings()).singleElement()
			.asString()
			.contains("'" + policy + "'")
			.contains("Set 'maxmemory-policy noeviction'");
	}

	@Test
	void noAppendOnlyFileIsARisk() {
		assertThat(of(SAFE.replace("aof_enabled:1", "aof_enabled:0")).warnings()).singleElement()
			.asString()
			.contains("Set 'appendonly yes'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "6.0.16", "5.0.14.1", "4.0", "2.8.19" })
	void oldVersionIsARisk(String version) {
		assertThat(of(SAFE.replace("7.0.15", version)).warnings()).singleElement()
			.asString()
			.contains("Redis " + version)
			.contains("6.2");
	}

	@ParameterizedTest
	@ValueSource(strings = { "6.2", "6.2.11", "6.3.0-rc1", "7.4.1", "8.2.0", "10.0", "255.255.255" })
	void newerVersionIsNone(String version) {
		Inspection inspection = of(SAFE.replace("7.0.15", version));
		assertThat(inspection.warnings()).isEmpty();
		assertThat(inspection.gap()).isNull();
	}

	@Test
	void whatTheServerDoesNotTellIsOneLine() {
		Inspection inspection = of("redis_version:unstable");
		assertThat(inspection.risks()).isEmpty();
		assertThat(inspection.gap()).contains("eviction policy, persistence, version")
			.contains("'maxmemory-policy noeviction', 'appendonly yes', version 6.2 or later")
			.doesNotContain("cache");
	}

	@Test
	void serversThatAreSetUpAlikeHaveOneRisk() {
		String unsafe = SAFE.replace("noeviction", "allkeys-lru");
		assertThat(of(unsafe, SAFE, unsafe).warnings()).hasSize(1);
	}

	@Test
	void expiringKeysAreCountedPerDatabase() {
		ServerInfo info = ServerInfo.of(SAFE + "db3:keys=2,expires=1,avg_ttl=7,subexpiry=0\r\n");
		assertThat(info.expiringKeys(0)).isEqualTo(3);
		assertThat(info.expiringKeys(3)).isEqualTo(1);
		assertThat(info.expiringKeys(30)).isZero();
	}

}
