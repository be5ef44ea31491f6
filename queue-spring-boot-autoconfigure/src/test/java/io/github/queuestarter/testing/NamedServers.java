package io.github.queuestarter.testing;

import java.util.Optional;

import org.springframework.util.Assert;

/**
 * Servers that somebody runs already and names by system properties.
 */
final class NamedServers {

	private static final String REDIS = "queue.test.redis";

	private static final String POSTGRES = "queue.test.postgres";

	private NamedServers() {
	}

	static Optional<TestRedis> redis() {
		return Optional.ofNullable(System.getProperty(REDIS)).map((address) -> {
			int colon = address.lastIndexOf(':');
			Assert.isTrue(colon > 0, () -> "-D%s must be 'host:port' and is '%s'".formatted(REDIS, address));
			return new TestRedis(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)),
					System.getProperty(REDIS + ".username"), System.getProperty(REDIS + ".password"));
		});
	}

	static Optional<TestPostgres> postgres() {
		return Optional.ofNullable(System.getProperty(POSTGRES))
			.map((url) -> new TestPostgres(url, System.getProperty(POSTGRES + ".username"),
					System.getProperty(POSTGRES + ".password")));
	}

}
