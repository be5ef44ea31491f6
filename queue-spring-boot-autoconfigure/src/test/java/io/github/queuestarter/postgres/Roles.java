package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.UUID;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.testing.TestPostgres;
import io.github.queuestarter.testing.TestServers;

import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * Roles as docs/postgres.md describes them: one owns the tables, one is the
 * application's, one may only send.
 */
final class Roles implements AutoCloseable {

	private static final String PASSWORD = "secret";

	private final String schema = Databases.newSchema();

	private final String suffix = UUID.randomUUID().toString().replace('-', '_');

	private final String owner = "queue_owner_" + this.suffix;

	private final String application = "queue_application_" + this.suffix;

	private final String sender = "queue_sender_" + this.suffix;

	Roles() throws SQLException {
		superuser("create role %s login password '%s'".formatted(this.owner, PASSWORD));
		superuser("create role %s login password '%s'".formatted(this.application, PASSWORD));
		superuser("create role %s login password '%s'".formatted(this.sender, PASSWORD));
		superuser("create schema \"%s\" authorization %s".formatted(this.schema, this.owner));
	}

	String schema() {
		return this.schema;
	}

	String application() {
		return this.application;
	}

	/**
	 * Run a script that makes the tables as their owner does.
	 */
	void install(String script) throws SQLException {
		SchemaCatalogue.runScript(dataSource(this.owner), this.schema, script);
	}

	/**
	 * Give the application's role what it needs.
	 */
	void grant() throws SQLException {
		owner("grant usage on schema %s to %s", this.application);
		owner("grant select, insert, update, delete on all tables in schema %s to %s", this.application);
		owner("alter default privileges in schema %s grant select, insert, update, delete on tables to %s",
				this.application);
	}

	/**
	 * Give a role what it needs to call {@code queue_send}.
	 */
	void grantSending() throws SQLException {
		owner("grant usage on schema %s to %s", this.sender);
		owner("grant insert on %1$s.queue_message, %1$s.queue_scheduled to %2$s", this.sender);
	}

	/**
	 * Take from everybody the right to call functions, and give it to the application.
	 */
	void grantFunctionsOnlyToTheApplication() throws SQLException {
		owner("revoke execute on all functions in schema %s from public", this.application);
		owner("grant execute on all functions in schema %s to %s", this.application);
	}

	HikariDataSource pool() {
		HikariDataSource pool = new HikariDataSource();
		pool.setDataSource(dataSource(this.application));
		pool.setMaximumPoolSize(10);
		pool.setMinimumIdle(0);
		return pool;
	}

	DataSource ofApplication() {
		return dataSource(this.application);
	}

	DataSource ofSender() {
		return dataSource(this.sender);
	}

	private static DataSource dataSource(String role) {
		return new DriverManagerDataSource(TestServers.postgres().jdbcUrl(), role, PASSWORD);
	}

	private void owner(String sql, String role) throws SQLException {
		try (Connection connection = dataSource(this.owner).getConnection();
				Statement statement = connection.createStatement()) {
			statement.execute(sql.formatted('"' + this.schema + '"', role));
		}
	}

	private static void superuser(String sql) throws SQLException {
		TestPostgres postgres = TestServers.postgres();
		Properties login = new Properties();
		login.setProperty("user", String.valueOf(postgres.username()));
		login.setProperty("password", String.valueOf(postgres.password()));
		try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl(), login);
				Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	@Override
	public void close() throws SQLException {
		for (String role : new String[] { this.application, this.sender, this.owner }) {
			superuser("drop owned by " + role + " cascade");
			superuser("drop role " + role);
		}
	}

}
