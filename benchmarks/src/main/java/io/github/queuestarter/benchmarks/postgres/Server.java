package io.github.queuestarter.benchmarks.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuestarter.benchmarks.starter.MeasuredServer;

import io.github.queuestarter.servers.PostgresServer;
import org.jspecify.annotations.Nullable;

/**
 * A Postgres server that waits for the disk at each commit.
 */
final class Server implements MeasuredServer, AutoCloseable {

	static final String USER = "postgres";

	private final PostgresServer server;

	private final AtomicInteger databases = new AtomicInteger();

	Server() {
		this.server = PostgresServer.builder()
			.fsync(true)
			.config("shared_buffers", "512MB")
			// so that no checkpoint falls into one contender's time and not into the
			// other's
			.config("max_wal_size", "8GB")
			.config("checkpoint_timeout", "30min")
			.config("max_connections", "200")
			.start();
	}

	@Override
	public String product() {
		return "Postgres";
	}

	@Override
	public Database fresh() throws SQLException {
		String name = "benchmark_" + this.databases.incrementAndGet();
		return new Database(this, name, this.server.createDatabase(name));
	}

	/**
	 * Set what can be changed while the server runs; {@code null} takes it back.
	 */
	void set(String setting, @Nullable String value) throws SQLException {
		try (Connection connection = Database.connect(this.server.jdbcUrl());
				Statement statement = connection.createStatement()) {
			statement.execute((value != null) ? "alter system set " + setting + " = '" + value + "'"
					: "alter system reset " + setting);
			statement.execute("select pg_reload_conf()");
		}
	}

	void drop(String name) throws SQLException {
		try (Connection connection = Database.connect(this.server.jdbcUrl());
				Statement statement = connection.createStatement()) {
			statement.execute("drop database " + name + " with (force)");
		}
	}

	String version() throws SQLException {
		try (Connection connection = Database.connect(this.server.jdbcUrl())) {
			return connection.getMetaData().getDatabaseProductVersion();
		}
	}

	@Override
	public Duration cpuTime() {
		ProcessHandle postmaster = ProcessHandle.of(this.server.pid()).orElseThrow();
		return postmaster.descendants()
			.map((process) -> process.info().totalCpuDuration().orElse(Duration.ZERO))
			.reduce(postmaster.info().totalCpuDuration().orElse(Duration.ZERO), Duration::plus);
	}

	@Override
	public void close() {
		this.server.close();
	}

}
