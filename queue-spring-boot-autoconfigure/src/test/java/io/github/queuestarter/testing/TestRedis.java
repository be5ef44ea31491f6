package io.github.queuestarter.testing;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;

/**
 * A Redis server for tests.
 */
public record TestRedis(String host, int port, @Nullable String username, @Nullable String password) {

	/**
	 * The server as Spring Boot takes it, instead of {@code spring.data.redis}
	 * properties.
	 */
	public DataRedisConnectionDetails connectionDetails() {
		return new DataRedisConnectionDetails() {

			@Override
			public @Nullable String getUsername() {
				return TestRedis.this.username;
			}

			@Override
			public @Nullable String getPassword() {
				return TestRedis.this.password;
			}

			@Override
			public Standalone getStandalone() {
				return Standalone.of(TestRedis.this.host, TestRedis.this.port);
			}

		};
	}

}
