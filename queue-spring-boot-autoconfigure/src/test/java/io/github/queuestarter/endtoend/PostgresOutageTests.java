package io.github.queuestarter.endtoend;

import io.github.queuestarter.servers.LocalServer;
import io.github.queuestarter.servers.PostgresServer;
import io.github.queuestarter.testing.TestPostgres;

import org.springframework.jdbc.core.JdbcTemplate;

class PostgresOutageTests extends OutageContract {

	private PostgresServer server;

	@Override
	LocalServer startServer() {
		this.server = PostgresServer.builder().fsync(true).start();
		return this.server;
	}

	@Override
	Backend backend() {
		return Backend
			.postgres(new TestPostgres(this.server.jdbcUrl(), this.server.username(), this.server.password()));
	}

	@Override
	void wipe() {
		// A claim may hold what this waits for, and wait for what this holds: not the
		// operator gives way
		execute("set deadlock_timeout = '1min'; drop schema queue cascade");
	}

	@Override
	void breakQueue() {
		execute("alter function queue.claim_v2 rename to claim_away");
	}

	@Override
	void repairQueue() {
		execute("alter function queue.claim_away rename to claim_v2");
	}

	private void execute(String sql) {
		try (Application operator = application().start()) {
			operator.bean(JdbcTemplate.class).execute(sql);
		}
	}

}
