package io.github.queuestarter.testing;

import io.github.queuestarter.servers.PostgresServer;
import io.github.queuestarter.servers.RedisServer;

import org.springframework.boot.SpringApplication;

/**
 * Servers from this build. They close after all application contexts, and go away with
 * the JVM in any case.
 */
final class EmbeddedServers {

	private EmbeddedServers() {
	}

	static TestRedis redis() {
		RedisServer server = RedisServer.builder().start();
		SpringApplication.getShutdownHandlers().add(server::close);
		return new TestRedis(server.host(), server.port(), null, server.password());
	}

	static TestPostgres postgres() {
		PostgresServer server = PostgresServer.builder().start();
		SpringApplication.getShutdownHandlers().add(server::close);
		return new TestPostgres(server.jdbcUrl(), server.username(), server.password());
	}

}
