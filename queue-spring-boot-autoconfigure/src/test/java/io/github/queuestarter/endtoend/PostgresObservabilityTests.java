package io.github.queuestarter.endtoend;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

import javax.sql.DataSource;

import io.github.queuestarter.testing.TestServers;
import io.micrometer.core.instrument.search.MeterNotFoundException;
import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;

class PostgresObservabilityTests extends ObservabilityContract {

	@Override
	Backend backend() {
		return Backend.postgres(TestServers.postgres());
	}

	@Test
	void claimsThatDoNotGetTheirTurnAreCounted() throws SQLException {
		Application application = start(new Mixed());
		await().ignoreExceptionsInstanceOf(MeterNotFoundException.class)
			.until(() -> counter(application, "queue.claims.busy") == 0);
		try (Connection holder = application.bean(DataSource.class).getConnection();
				PreparedStatement lock = holder
					.prepareStatement("select pg_advisory_xact_lock(queue.cursor_lock_key_v1(?, 'default'))")) {
			holder.setAutoCommit(false);
			lock.setString(1, this.queue);
			lock.execute();
			await().until(() -> counter(application, "queue.claims.busy") > 1);
			holder.rollback();
		}
		application.template().send(this.queue, "bury");
		await().until(() -> counter(application, "queue.dead.lettered") == 1);
	}

	@Test
	void healthTellsThatOtherInstancesCanWakeThisOne() {
		Application application = start(new Mixed());
		await().untilAsserted(() -> {
			Health health = application.context().getBean("queueHealthIndicator", HealthIndicator.class).health();
			assertThat(health).isNotNull();
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).extractingByKey("stores").asString().contains("postgres", "listening=true");
		});
	}

}
