package io.github.queuestarter.endtoend;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.testing.TestServers;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application has no connection left for its queues.
 */
class PostgresEmptyPoolTests extends EndToEndTest {

	@Override
	Backend backend() {
		return Backend.postgres(TestServers.postgres());
	}

	private Application.Builder instance() {
		return application().with("queue.heartbeat.expiry", "3s")
			.with("spring.datasource.hikari.connection-timeout", "60000");
	}

	@Test
	void whoWaitsForAConnectionIsNotTakenForDead() throws SQLException {
		LifecycleContract.Waiting waiting = new LifecycleContract.Waiting();
		LifecycleContract.Waiting others = new LifecycleContract.Waiting();
		Events events = new Events();
		Application application = start(instance().listener(waiting).listener(events));
		application.template().send(this.queue, "long");
		waiting.started.await(1);
		Application other = start(instance().listener(others));
		List<Connection> all = takeAll(application.bean(HikariDataSource.class));
		try {
			// three times the expiry
			await().during(Duration.ofSeconds(9))
				.atMost(Duration.ofSeconds(30))
				.until(() -> others.started.all().isEmpty() && waiting.interrupted.all().isEmpty());
		}
		finally {
			for (Connection connection : all) {
				connection.close();
			}
		}
		waiting.mayGoOn.countDown();
		others.mayGoOn.countDown();
		await().until(() -> other.admin().stats(this.queue, "default").pending().value() == 0);
		assertThat(waiting.finished.all()).hasSize(1);
		assertThat(others.started.all()).isEmpty();
		assertThat(events.of(QueueEvent.LostRegistration.class)).isEmpty();
	}

	private static List<Connection> takeAll(HikariDataSource pool) throws SQLException {
		List<Connection> all = new ArrayList<>();
		while (all.size() < pool.getMaximumPoolSize()) {
			all.add(pool.getConnection());
		}
		return all;
	}

}
