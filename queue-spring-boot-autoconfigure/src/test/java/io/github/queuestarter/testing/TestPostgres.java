package io.github.queuestarter.testing;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/**
 * A database on a Postgres server for tests.
 */
public record TestPostgres(String jdbcUrl, @Nullable String username, @Nullable String password) {

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
