package io.github.queuestarter.testing;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/**
 * A database on a Postgres server for tests.
 */
public record TestPostgres(String jdbcUrl, @Nullable String username, @Nullable String password) {

	/**
	 * Make an empty database on the same server.
	 */
	public TestPostgres newDatabase() {
		String name = "test_" + UUID.randomUUID().toString().replace('-', '_');
		try (Connection connection = DriverManager.getConnection(this.jdbcUrl, this.username, this.password);
				Statement statement = connection.createStatement()) {
			statement.execute("create database " + name);
		}
		catch (SQLException ex) {
			throw new IllegalStateException("Could not create database '%s'".formatted(name), ex);
		}
		return new TestPostgres(this.jdbcUrl.replaceFirst("/[^/?]+(\\?|$)", "/" + name + "$1"), this.username,
				this.password);
	}

	/**
	 * The database as Spring Boot takes it, instead of {@code spring.datasource}
	 * properties.
	 */
	public JdbcConnectionDetails connectionDetails() {
		return new JdbcConnectionDetails() {

			@Override
			public @Nullable String getUsername() {
				return TestPostgres.this.username;
			}

			@Override
			public @Nullable String getPassword() {
				return TestPostgres.this.password;
			}

			@Override
			public String getJdbcUrl() {
				return TestPostgres.this.jdbcUrl;
			}

		};
	}

}
