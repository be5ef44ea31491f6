package io.github.queuestarter.endtoend;

import io.github.queuestarter.servers.LocalServer;
import io.github.queuestarter.servers.PostgresServer;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.testing.TestPostgres;
import org.junit.jupiter.api.Test;

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

	@Override
	void breakHeartbeat() {
		execute("create function queue.refuse() returns trigger language plpgsql as $$ begin"
				+ " raise exception 'by the test'; end $$");
		execute("create trigger refuse before insert or update on queue.queue_consumer for each row"
				+ " execute function queue.refuse()");
	}

	@Override
	void repairHeartbeat() {
		execute("drop function queue.refuse() cascade");
	}

	@Test
	void healthTellsWhenRetriesCannotBeLookedFor() {
		Texts texts = new Texts();
		Application application = start(texts);
		application.template().send(this.queue, "x");
		texts.received.await(1);
		execute("alter function queue.look_v1 rename to look_away");
		await().until(() -> findings(application).contains("Retried and scheduled messages can't be looked for"));
		execute("alter function queue.look_away rename to look_v1");
		await().until(() -> findings(application).isEmpty());
	}

	private static String findings(Application application) {
		return String.join("\n", application.bean(QueueStore.class).administration().condition().findings());
	}

	private void execute(String sql) {
		try (Application operator = application().start()) {
			operator.bean(JdbcTemplate.class).execute(sql);
		}
	}

}
