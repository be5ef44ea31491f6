package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.UUID;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.postgres.PostgresStore.Initialize;
import io.github.queuestarter.postgres.PostgresStore.Settings;
import io.github.queuestarter.postgres.PostgresStore.UnjoinedTransaction;
import io.github.queuestarter.testing.TestPostgres;
import io.github.queuestarter.testing.TestServers;

import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * Connections to the Postgres that the tests share.
 */
final class Databases {

	private Databases() {
	}

	static HikariDataSource pool() {
		return new HikariDataSource(config());
	}

	static HikariConfig config() {
		TestPostgres postgres = TestServers.postgres();
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl(postgres.jdbcUrl());
		config.setUsername(postgres.username());
		config.setPassword(postgres.password());
		config.setMaximumPoolSize(10);
		config.setMinimumIdle(0);
		return config;
	}

	static DataSource dedicated() {
		TestPostgres postgres = TestServers.postgres();
		return new DriverManagerDataSource(postgres.jdbcUrl(), String.valueOf(postgres.username()),
				String.valueOf(postgres.password()));
	}

	/**
	 * A name that no other test uses.
	 */
	static String newSchema() {
		return "queue " + UUID.randomUUID();
	}

	static Settings settings(String schema) {
		return settings(schema, Initialize.ALWAYS);
	}

	static Settings settings(String schema, Initialize mode) {
		return new Settings(schema, mode, Duration.ofMillis(100), UnjoinedTransaction.AFTER_COMMIT, 1000,
				Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ofSeconds(20), true);
	}

}
