package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.servers.PostgresServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A database cluster of its own, with transaction ids of its own.
 */
final class Cluster implements AutoCloseable {

	private final PostgresServer server;

	private final List<HikariDataSource> pools = new CopyOnWriteArrayList<>();

	Cluster() {
		this.server = PostgresServer.builder().start();
	}

	Cluster(String setting, String value) {
		this.server = PostgresServer.builder().config(setting, value).start();
	}

	/**
	 * An empty database.
	 */
	HikariDataSource newDatabase() {
		return pool(this.server.createDatabase("test" + UUID.randomUUID()));
	}

	/**
	 * Another database with the same files.
	 */
	HikariDataSource fileCopyOf(HikariDataSource original) throws SQLException {
		String name = "test" + UUID.randomUUID();
		String url = original.getJdbcUrl();
		String source = url.substring(url.lastIndexOf('/') + 1);
		HikariDataSource pool = pool(this.server.jdbcUrl());
		untilNobodyIsConnected(source, original, pool);
		execute(pool, "create database \"" + name + "\" template \"" + source + "\"");
		return pool(url.substring(0, url.lastIndexOf('/') + 1) + name);
	}

	/**
	 * A pool closes in the background, and a server process ends after its client.
	 */
	private static void untilNobodyIsConnected(String database, HikariDataSource evicted, DataSource observer) {
		await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
			evicted.getHikariPoolMXBean().softEvictConnections();
			assertThat(text(observer, "select string_agg(concat_ws(' ', pid, state, query), '; ')"
					+ " from pg_stat_activity where datname = '" + database + "'"))
				.isNull();
		});
	}

	/**
	 * How another server reaches a database of this one.
	 */
	String connection(HikariDataSource database) {
		String url = database.getJdbcUrl();
		return "host=127.0.0.1 port=" + this.server.port() + " user=" + this.server.username() + " dbname="
				+ url.substring(url.lastIndexOf('/') + 1);
	}

	HikariDataSource pool(String url) {
		return pool(url, this.server.username());
	}

	HikariDataSource pool(String url, String username) {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl(url);
		config.setUsername(username);
		config.setPassword(this.server.password());
		config.setMinimumIdle(0);
		config.setMaximumPoolSize(20);
		HikariDataSource pool = new HikariDataSource(config);
		this.pools.add(pool);
		return pool;
	}

	/**
	 * Use up transaction ids.
	 */
	static void passTransactions(DataSource database, int count) throws SQLException {
		execute(database,
				"do $$ begin for i in 1.." + count + " loop perform pg_current_xact_id(); commit; end loop; end $$");
	}

	static void execute(DataSource database, String... statements) throws SQLException {
		try (Connection connection = database.getConnection(); Statement statement = connection.createStatement()) {
			for (String sql : statements) {
				statement.execute(sql);
			}
		}
	}

	static String text(DataSource database, String sql) throws SQLException {
		try (Connection connection = database.getConnection();
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getString(1);
		}
	}

	@Override
	public void close() {
		this.pools.forEach(HikariDataSource::close);
		this.server.close();
	}

}
