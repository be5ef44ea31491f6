package io.github.queuestarter.endtoend;

import io.github.queuestarter.servers.PostgresServer;
import io.github.queuestarter.testing.TestPostgres;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import org.springframework.jdbc.core.JdbcTemplate;

class PostgresOutageTests extends OutageContract {

	private PostgresServer server;

	@BeforeEach
	void startOwnServer() {
		this.server = PostgresServer.builder().fsync(true).start();
	}

	@AfterEach
	@Override
	void closeWhatWasStarted() {
		super.closeWhatWasStarted();
		this.server.close();
	}

	@Override
	Backend backend() {
		return Backend
			.postgres(new TestPostgres(this.server.jdbcUrl(), this.server.username(), this.server.password()));
	}

	@Override
	void killServer() {
		this.server.kill();
	}

	@Override
	void startServer() {
		this.server.start();
	}

	@Override
	void suspendServer() {
		this.server.suspend();
	}

	@Override
	void resumeServer() {
		this.server.resume();
	}

	@Override
	void wipe() {
		execute("drop schema queue cascade");
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
