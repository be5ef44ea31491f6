package io.github.queuestarter.autoconfigure;

import java.util.List;

import io.github.queuestarter.QueueListener;
import io.github.queuestarter.core.QueueTemplate;
import io.github.queuestarter.redis.RedisStore;
import io.github.queuestarter.testing.TestRedis;
import io.github.queuestarter.testing.TestServers;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which of several connections to Redis queues use.
 */
class RedisConnectionFactoryChoiceTests {

	private ConfigurableApplicationContext started;

	private final ApplicationContextRunner application = new ApplicationContextRunner()
		.withInitializer((context) -> this.started = context)
		.withConfiguration(AutoConfigurations.of(QueueAutoConfiguration.class, JacksonAutoConfiguration.class,
				DataRedisAutoConfiguration.class));

	@Test
	void twoConnectionsWithoutAMarkAskForOne() {
		this.application.withUserConfiguration(Two.class, Listens.class)
			.run((context) -> assertThat(analysis(context)).satisfies((analysis) -> {
				assertThat(analysis.getDescription()).contains("'orders'")
					.contains("2 beans of type RedisConnectionFactory (first, second)");
				assertThat(analysis.getAction()).contains("@QueueRedisConnectionFactory").contains("@Primary");
			}));
		this.application.withUserConfiguration(Two.class, Listens.class)
			.withPropertyValues("queue.backend=redis")
			.run((context) -> assertThat(analysis(context).getAction()).contains("@QueueRedisConnectionFactory"));
	}

	@Test
	void unknownBackendIsNotBlamedOnTheConnections() {
		this.application.withUserConfiguration(Two.class, Listens.class)
			.withPropertyValues("queue.backend=kafka")
			.run((context) -> assertThat(analysis(context).getAction()).contains("'kafka'"));
	}

	@Test
	void storeThatIsMissingForAnotherReasonIsNotBlamedOnTheConnections() {
		for (Class<?> chosen : List.of(Leading.class, Marked.class)) {
			this.application.withUserConfiguration(Two.class, chosen, ListensOnRedis.class)
				.withPropertyValues("queue.backend=postgres")
				.run((context) -> assertThat(analysis(context).getAction())
					.contains("'queue.queues.orders.backend' to redis"));
		}
	}

	@Test
	void primaryConnectionIsUsed() {
		this.application.withUserConfiguration(Two.class, Leading.class).run(this::assertSends);
	}

	@Test
	void markedConnectionIsUsedWhateverElseThereIs() {
		this.application.withUserConfiguration(Sole.class).run(this::assertSends);
		this.application.withUserConfiguration(Two.class, Marked.class).run(this::assertSends);
		// beside the one that Spring Boot makes
		this.application.withPropertyValues("spring.data.redis.host=localhost", "spring.data.redis.port=1")
			.withUserConfiguration(Marked.class)
			.run((context) -> {
				assertSends(context);
				assertThat(context.getBean(RedisConnectionFactory.class)).isNotSameAs(context.getBean("marked"));
			});
	}

	private void assertSends(AssertableApplicationContext context) {
		assertThat(context).hasNotFailed().hasSingleBean(RedisStore.class);
		assertThat(context.getBean(QueueTemplate.class).send("choice", "text")).isNotEmpty();
	}

	private FailureAnalysis analysis(AssertableApplicationContext context) {
		return StartUpFailure.analysis(context.getStartupFailure(), this.started.getBeanFactory());
	}

	private static RedisConnectionFactory connections() {
		TestRedis redis = TestServers.redis();
		RedisStandaloneConfiguration server = new RedisStandaloneConfiguration(redis.host(), redis.port());
		server.setUsername(redis.username());
		server.setPassword(RedisPassword.of(redis.password()));
		return new LettuceConnectionFactory(server);
	}

	private static RedisConnectionFactory broken() {
		return new LettuceConnectionFactory("localhost", 1);
	}

	static class Listens {

		@QueueListener("orders")
		void on(String text) {
		}

	}

	static class ListensOnRedis {

		@QueueListener(queue = "orders", backend = "redis")
		void on(String text) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Two {

		@Bean
		RedisConnectionFactory first() {
			return broken();
		}

		@Bean
		RedisConnectionFactory second() {
			return broken();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Leading {

		@Bean
		@Primary
		RedisConnectionFactory leading() {
			return connections();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Sole {

		@Bean
		@QueueRedisConnectionFactory
		RedisConnectionFactory sole() {
			return connections();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Marked {

		@Bean(defaultCandidate = false)
		@QueueRedisConnectionFactory
		RedisConnectionFactory marked() {
			return connections();
		}

	}

}
