package io.github.queuestarter.sample;

import io.github.queuestarter.servers.PostgresServer;

import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A Postgres of its own for an application that is told of none. As a bean it outlives
 * the connection pool, which depends on it.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnExpression("!environment.containsProperty('spring.datasource.url')")
class EmbeddedPostgres {

	@Bean(destroyMethod = "close")
	PostgresServer postgresServer() {
		try {
			return PostgresServer.builder().start();
		}
		catch (RuntimeException ex) {
			throw new EmbeddedServerException("Postgres", "spring.datasource.url", ex);
		}
	}

	@Bean
	JdbcConnectionDetails jdbcConnectionDetails(PostgresServer server) {
		return new JdbcConnectionDetails() {

			@Override
			public String getUsername() {
				return server.username();
			}

			@Override
			public String getPassword() {
				return server.password();
			}

			@Override
			public String getJdbcUrl() {
				return server.jdbcUrl();
			}

		};
	}

}
