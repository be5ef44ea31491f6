package io.github.queuestarter.sample;

import java.time.Duration;

import io.github.queuestarter.servers.PostgresServer;
import io.github.queuestarter.servers.RedisServer;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The profile for servers that are there already.
 */
class ExternalServersTests {

	@Test
	void serversThatAreNamedAreUsedAndNoneAreStarted() {
		try (PostgresServer postgres = PostgresServer.builder().start();
				RedisServer redis = RedisServer.builder().start();
				ConfigurableApplicationContext application = SpringApplication.run(SampleApplication.class,
						"--spring.profiles.active=external", "--server.port=0", "--sample.traffic=false",
						"--spring.datasource.url=" + postgres.jdbcUrl(),
						"--spring.datasource.username=" + postgres.username(),
						"--spring.datasource.password=" + postgres.password(),
						"--spring.data.redis.port=" + redis.port())) {
			assertThat(application.getBeanProvider(PostgresServer.class).stream()).isEmpty();
			assertThat(application.getBeanProvider(RedisServer.class).stream()).isEmpty();
			Order order = application.getBean(OrderDesk.class).place(new NewOrder("apples", 1, "1 Market Street"));
			// packed by way of this Postgres, paid by way of this Redis
			await().atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(application.getBean(OrderRepository.class).steps(order.id()))
					.extracting(OrderStep::step)
					.contains(OrderStep.Name.PACKED, OrderStep.Name.PAID));
			assertThat(redis.call("EXISTS", "queue:payments")).isEqualTo(1L);
		}
	}

}
