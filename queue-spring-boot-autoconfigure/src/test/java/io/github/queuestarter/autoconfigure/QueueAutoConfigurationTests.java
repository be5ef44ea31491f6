package io.github.queuestarter.autoconfigure;

import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.PayloadTooLargeException;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.core.PayloadConverter;
import io.github.queuestarter.core.QueueAdmin;
import io.github.queuestarter.core.QueueOperations;
import io.github.queuestarter.core.QueueTemplate;
import io.github.queuestarter.listener.QueueListenerRegistry;
import io.github.queuestarter.postgres.PostgresStore;
import io.github.queuestarter.redis.RedisStore;
import io.github.queuestarter.testing.TestRedis;
import io.github.queuestarter.testing.TestServers;
import io.lettuce.core.ReadFrom;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientConfigurationBuilderCustomizer;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.transaction.TransactionExecutionListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * What an application gets by adding the library, and how it has it otherwise.
 */
class QueueAutoConfigurationTests extends AutoConfigurationTest {

	@Test
	void redisConnectionMakesARedisStore() {
		this.redis.run((context) -> assertThat(context).hasSingleBean(RedisStore.class)
			.doesNotHaveBean(PostgresStore.class)
			.hasSingleBean(QueueTemplate.class)
			.hasSingleBean(QueueAdmin.class)
			.hasSingleBean(QueueListenerRegistry.class)
			.hasBean("queueHealthIndicator")
			.hasBean("queueMetrics"));
	}

	@Test
	void nodesOfAMasterWithReplicasAreTheQueuesToo() {
		TestRedis server = TestServers.redis();
		assumeThat(server.password()).isNull();
		this.none.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
			.withPropertyValues("spring.data.redis.masterreplica.nodes=" + server.host() + ":" + server.port())
			.run((context) -> assertThat(context.getBean(QueueTemplate.class).send("nodes", "text")).isNotEmpty());
	}

	@Test
	void observerMaySend() {
		this.redis.withUserConfiguration(WithAlerts.class)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(WithAlerts.Alerts.class));
	}

	@Test
	void listenersOfTheApplicationsTransactionManagerStay() {
		TransactionExecutionListener own = new TransactionExecutionListener() {
		};
		DataSourceTransactionManager manager = new DataSourceTransactionManager();
		manager.setTransactionExecutionListeners(List.of(own));
		this.postgres.withBean(DataSourceTransactionManager.class, () -> {
			manager.setDataSource(DataSourceBuilder.create().url(TestServers.postgres().jdbcUrl()).build());
			return manager;
		})
			.run((context) -> assertThat(manager.getTransactionExecutionListeners()).contains(own,
					context.getBean("queueCommitListener", TransactionExecutionListener.class)));
	}

	@Test
	void dataSourceMakesAPostgresStore() {
		this.postgres
			.run((context) -> assertThat(context).hasSingleBean(PostgresStore.class).doesNotHaveBean(RedisStore.class));
	}

	@Test
	void backendThatNoQueueNamesIsNotMade() {
		this.both
			.run((context) -> assertThat(context).hasSingleBean(RedisStore.class).hasSingleBean(PostgresStore.class));
		this.both.withPropertyValues("queue.backend=redis")
			.run((context) -> assertThat(context).hasSingleBean(RedisStore.class).doesNotHaveBean(PostgresStore.class));
		this.both.withPropertyValues("queue.backend=postgres", "queue.queues.prices.backend=redis")
			.run((context) -> assertThat(context).hasSingleBean(RedisStore.class).hasSingleBean(PostgresStore.class));
	}

	@Test
	void applicationWithoutStoreAndListenerStarts() {
		this.none.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(QueueOperations.class));
	}

	@Test
	void queuesReadFromTheMasterWhateverTheApplicationPrefers() {
		this.redis
			.withBean(LettuceClientConfigurationBuilderCustomizer.class,
					() -> (builder) -> builder.readFrom(ReadFrom.REPLICA_PREFERRED))
			.run((context) -> {
				assertThat(context.getBean(LettuceConnectionFactory.class).getClientConfiguration().getReadFrom())
					.contains(ReadFrom.REPLICA_PREFERRED);
				QueueRedisConnections connections = context.getBean(QueueRedisConnections.class);
				assertThat(List.of(connections.store(), connections.heartbeat())).allSatisfy(
						(own) -> assertThat(((LettuceConnectionFactory) own).getClientConfiguration().getReadFrom())
							.isEmpty());
			});
	}

	@Test
	void transactionalListenerStartsOnBootsTransactionManager() {
		this.postgres.withConfiguration(AutoConfigurations.of(DataSourceTransactionManagerAutoConfiguration.class))
			.withBean(InTransaction.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void scopedBeanIsListenedToOnce() {
		this.redis.withUserConfiguration(WithScopedListener.class).run((context) -> {
			assertThat(context).hasNotFailed();
			context.getBean("scopedTarget.scopedListener");
		});
	}

	@Test
	void invalidPropertyIsExplained() {
		this.redis.withPropertyValues("queue.heartbeat.interval=5s", "queue.heartbeat.expiry=6s")
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getDescription())
				.contains("queue.heartbeat.expiry"));
		this.redis.withPropertyValues("queue.listener.concurrency=0")
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getDescription())
				.contains("concurrency"));
		this.redis.withPropertyValues("queue.redis.block=0s")
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getDescription()).contains("block"));
		this.postgres.withPropertyValues("queue.postgres.poll-interval=20s")
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getDescription())
				.contains("'poll-interval' must be shorter than 'queue.heartbeat.expiry' (20000ms)"));
	}

	@Test
	void durabilityThatCannotBeReadIsExplained() {
		for (String wrong : new String[] { "replicas", "replicas(0)", "all" }) {
			this.redis.withPropertyValues("queue.redis.durability=" + wrong)
				.run((context) -> assertThat(context).getFailure()
					.rootCause()
					.hasMessage("'" + wrong + "' is neither 'none' nor 'replicas(n)' with n of at least 1"));
		}
		this.redis.withPropertyValues("queue.redis.durability=replicas(2)", "queue.redis.durability-timeout=0s")
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getDescription())
				.contains("queue.redis.durability-timeout"));
		this.redis.withPropertyValues("queue.redis.durability=none")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void missingTablesAreExplained() {
		this.postgres.withPropertyValues("queue.postgres.schema=not there", "queue.postgres.initialize-schema=never")
			.run((context) -> assertThat(analysis(context.getStartupFailure())).satisfies((analysis) -> {
				assertThat(analysis.getDescription()).contains("not there");
				assertThat(analysis.getAction()).contains("queue.postgres.initialize-schema");
			}));
	}

	@Test
	void notificationsOnPostgresCanBeSwitchedOff() {
		this.postgres.run((context) -> assertThat(conditions(context)).contains("listening="));
		this.postgres.withPropertyValues("queue.postgres.notify=off")
			.run((context) -> assertThat(conditions(context)).contains("notify=off"));
	}

	private static String conditions(ApplicationContext context) {
		Health health = context.getBean("queueHealthIndicator", HealthIndicator.class).health();
		return (health != null) ? String.valueOf(health.getDetails().get("stores")) : "";
	}

	@Test
	void userBeansWin() {
		PayloadConverter converter = new PayloadConverter() {

			@Override
			public EncodedPayload encode(Object payload) {
				return EncodedPayload.ofText("x", EncodedPayload.Format.TEXT);
			}

			@Override
			public Object decode(EncodedPayload payload, Type type) {
				return "x";
			}

		};
		List<String> received = new CopyOnWriteArrayList<>();
		this.redis.withBean("mine", PayloadConverter.class, () -> converter)
			.withBean(Converted.class, () -> new Converted(received))
			.withPropertyValues("test.queue=converted-" + UUID.randomUUID())
			.run((context) -> {
				assertThat(context).getBean(PayloadConverter.class).isSameAs(converter);
				String queue = context.getEnvironment().getRequiredProperty("test.queue");
				context.getBean(QueueTemplate.class).send(queue, Map.of("not", "x"));
				Awaitility.await().until(() -> received.size() == 1);
				assertThat(received).containsExactly("x");
			});
	}

	@Test
	void worksWithoutActuatorAndMicrometer() {
		this.redis.withClassLoader(new FilteredClassLoader(HealthIndicator.class, MeterBinder.class))
			.run((context) -> assertThat(context).hasSingleBean(QueueTemplate.class)
				.doesNotHaveBean("queueHealthIndicator")
				.doesNotHaveBean("queueMetrics"));
	}

	@Test
	void healthAndListenersHaveTheirSwitches() {
		this.redis.withPropertyValues("management.health.queue.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean("queueHealthIndicator"));
		this.redis.withBean(Plain.class)
			.withPropertyValues("queue.listener.auto-startup=false")
			.run((context) -> assertThat(context.getBean(QueueListenerRegistry.class).isRunning()).isFalse());
	}

	@Test
	void payloadsMayHaveOneMegabyte() {
		this.redis.run((context) -> {
			QueueTemplate template = context.getBean(QueueTemplate.class);
			String queue = "large-" + UUID.randomUUID();
			template.send(queue, new byte[1024 * 1024]);
			assertThatExceptionOfType(PayloadTooLargeException.class)
				.isThrownBy(() -> template.send(queue, new byte[1024 * 1024 + 1]))
				.withMessageContaining("queue.max-payload-size");
		});
	}

	@Configuration(proxyBeanMethods = false)
	@Import(WithAlerts.Alerts.class)
	static class WithAlerts {

		static class Alerts implements QueueObserver {

			private final QueueTemplate template;

			Alerts(QueueTemplate template) {
				this.template = template;
			}

			@Override
			public void on(QueueEvent event) {
				if (event instanceof QueueEvent.Trimmed) {
					this.template.send("alerts", event.toString());
				}
			}

		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WithScopedListener {

		@Bean
		@Scope(scopeName = "singleton", proxyMode = ScopedProxyMode.TARGET_CLASS)
		Plain scopedListener() {
			return new Plain();
		}

	}

	static final class Converted {

		private final List<String> received;

		Converted(List<String> received) {
			this.received = received;
		}

		@QueueListener("${test.queue}")
		void on(String text) {
			this.received.add(text);
		}

	}

}
