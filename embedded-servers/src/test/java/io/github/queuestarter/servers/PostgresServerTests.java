package io.github.queuestarter.servers;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link PostgresServer}.
 */
class PostgresServerTests {

	private static PostgresServer server;

	@BeforeAll
	static void start() {
		server = PostgresServer.builder().fsync(true).config("max_connections", "42").start();
	}

	@AfterAll
	static void close() {
		long pid = server.pid();
		server.close();
		assertThat(server.isRunning()).isFalse();
		assertThat(ProcessHandle.of(pid).filter(ServerProcess::isRunning)).isEmpty();
		assertThat(server.directory()).doesNotExist();
		server.close();
	}

	@Test
	void settingsTakeEffect() throws Exception {
		assertThat(query(server.jdbcUrl(), "show max_connections")).isEqualTo("42");
		assertThat(query(server.jdbcUrl(), "show fsync")).isEqualTo("on");
		assertThat(query(server.jdbcUrl(), "show synchronous_commit")).isEqualTo("on");
	}

	@Test
	void databasesAreSeparate() throws Exception {
		String one = server.createDatabase("one");
		String two = server.createDatabase("Two; drop");
		execute(one, "create table only_in_one (id int)");
		assertThat(query(two, "select to_regclass('only_in_one')")).isNull();
	}

	@Test
	void killedServerComesBackOnItsPortWithWhatWasCommitted() throws Exception {
		String url = server.createDatabase("kill");
		execute(url, "create table survivor as select 'alive' as state");
		server.kill();
		assertThat(server.isRunning()).isFalse();
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> query(url, "select 1"));
		server.start();
		assertThat(query(url, "select state from survivor")).isEqualTo("alive");
		assertThat(query(url, "show max_connections")).isEqualTo("42");
	}

	@Test
	void stoppedServerStartsAgain() throws Exception {
		String url = server.createDatabase("stop");
		execute(url, "create table survivor as select 'alive' as state");
		server.stop();
		assertThat(server.isRunning()).isFalse();
		server.start();
		assertThat(query(url, "select state from survivor")).isEqualTo("alive");
	}

	@Test
	@DisabledOnOs(OS.WINDOWS)
	void suspendedServerAnswersLater() throws Exception {
		Properties properties = new Properties();
		properties.put("user", server.username());
		properties.put("socketTimeout", "1");
		properties.put("connectTimeout", "1");
		try (Connection connection = connect(server.jdbcUrl())) {
			server.suspend();
			assertThatExceptionOfType(SQLException.class)
				.isThrownBy(() -> DriverManager.getConnection(server.jdbcUrl(), properties));
			server.resume();
			try (Statement statement = connection.createStatement()) {
				assertThat(statement.execute("select 1")).isTrue();
			}
		}
	}

	private static void execute(String url, String sql) throws SQLException {
		try (Connection connection = connect(url); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private static String query(String url, String sql) throws SQLException {
		try (Connection connection = connect(url);
				Statement statement = connection.createStatement();
				ResultSet result = statement.executeQuery(sql)) {
			result.next();
			return result.getString(1);
		}
	}

	private static Connection connect(String url) throws SQLException {
		return DriverManager.getConnection(url, server.username(), server.password());
	}

}
