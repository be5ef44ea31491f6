package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;
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
