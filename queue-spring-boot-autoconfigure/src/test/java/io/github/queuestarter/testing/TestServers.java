package io.github.queuestarter.testing;

import java.util.function.Supplier;

import org.springframework.util.function.SingletonSupplier;

/**
 * The Redis and the Postgres that all tests of a JVM share, started when first asked for.
 * <p>
 * {@code -Dqueue.test.redis=host:port} and {@code -Dqueue.test.postgres=jdbc-url} point
 * at servers that run already, with {@code .username} and {@code .password} beside them.
 * Otherwise {@code -Dqueue.test.servers=auto|docker|embedded} decides, and {@code auto}
 * means Docker where it answers.
 * <p>
 * Tests share the servers with everybody, so each uses queue names, keys and databases of
 * its own. A test that kills or suspends a server starts its own as well.
 */
public final class TestServers {

	private static final Supplier<TestRedis> REDIS = SingletonSupplier.of(TestServers::provideRedis);

	private static final Supplier<TestPostgres> POSTGRES = SingletonSupplier.of(TestServers::providePostgres);

	private TestServers() {
	}

	public static TestRedis redis() {
		return REDIS.get();
	}

	public static TestPostgres postgres() {
		return POSTGRES.get();
	}

	private static TestRedis provideRedis() {
		return NamedServers.redis()
			.orElseGet(() -> Docker.isWanted() ? DockerServers.redis() : EmbeddedServers.redis());
	}

	private static TestPostgres providePostgres() {
		return NamedServers.postgres()
			.orElseGet(() -> Docker.isWanted() ? DockerServers.postgres() : EmbeddedServers.postgres());
	}

}
