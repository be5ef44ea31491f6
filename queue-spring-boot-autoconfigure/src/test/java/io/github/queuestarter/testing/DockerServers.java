package io.github.queuestarter.testing;

import com.redis.testcontainers.RedisContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * Servers from Testcontainers, which removes them when the JVM is gone.
 */
final class DockerServers {

	private static final String REDIS_IMAGE = System.getProperty("queue.test.redis.image", "redis:8");

	private static final String POSTGRES_IMAGE = System.getProperty("queue.test.postgres.image", "postgres:17");

	private DockerServers() {
	}

	static TestRedis redis() {
		RedisContainer container = new RedisContainer(
				DockerImageName.parse(REDIS_IMAGE).asCompatibleSubstituteFor("redis"));
		container.start();
		return new TestRedis(container.getRedisHost(), container.getRedisPort(), null, null);
	}

	static TestPostgres postgres() {
		PostgreSQLContainer container = new PostgreSQLContainer(
				DockerImageName.parse(POSTGRES_IMAGE).asCompatibleSubstituteFor("postgres"))
			.withCommand("postgres", "-c", "max_connections=300", "-c", "fsync=off");
		container.start();
		return new TestPostgres(container.getJdbcUrl(), container.getUsername(), container.getPassword());
	}

}
