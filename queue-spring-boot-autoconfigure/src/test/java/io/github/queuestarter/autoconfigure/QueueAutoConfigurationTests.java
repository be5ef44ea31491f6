package io.github.queuestarter.autoconfigure;

import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
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
import io.github.queuestarter.core.StoreSelectionException;
import io.github.queuestarter.listener.DuplicateListenerException;
import io.github.queuestarter.listener.InvalidListenerException;
import io.github.queuestarter.listener.QueueListenerRegistry;
import io.github.queuestarter.postgres.PostgresStore;
import io.github.queuestarter.redis.RedisStore;
import io.github.queuestarter.testing.TestRedis;
import io.github.queuestarter.testing.TestServers;
import io.lettuce.core.ReadFrom;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientConfigurationBuilderCustomizer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
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

class QueueAutoConfigurationTests {

	private final ApplicationContextRunner none = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QueueAutoConfiguration.class, QueueHealthAutoConfiguration.class,
				QueueMetricsAutoConfiguration.class, JacksonAutoConfiguration.class, MetricsAutoConfiguration.class,
				CompositeMeterRegistryAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class));

	private final ApplicationContextRunner redis = this.none
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
		.withBean(DataRedisConnectionDetails.class, () -> TestServers.redis().connectionDetails());

	private final ApplicationContextRunner postgres = this.none
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class))
		.withBean(JdbcConnectionDetails.class, () -> TestServers.postgres().connectionDetails());

	private final ApplicationContextRunner both = this.redis
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class))
		.withBean(JdbcConnectionDetails.class, () -> TestServers.postgres().connectionDetails());

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
	void listenerWithoutStoreSaysWhatToAdd() {
		this.none.withBean(Plain.class)
			.run((context) -> assertThat(analysis(context.getStartupFailure())).satisfies((analysis) -> {
				assertThat(analysis.getCause()).isInstanceOf(StoreSelectionException.class);
				assertThat(analysis.getDescription()).contains("'orders'");
				assertThat(analysis.getAction()).contains("spring.data.redis.host").contains("spring.datasource.url");
			}));
	}

	@Test
	void twoPossibleStoresAskForAChoice() {
		this.both.withBean(Plain.class)
			.run((context) -> assertThat(analysis(context.getStartupFailure())).satisfies((analysis) -> {
				assertThat(analysis.getDescription())
					.isEqualTo("Queue 'orders' has 2 possible stores (redis, postgres).");
				assertThat(analysis.getAction()).contains("queue.queues.orders.backend").contains("queue.backend");
			}));
	}

	@Test
	void unknownBackendIsNamed() {
		this.both.withBean(Plain.class)
			.withPropertyValues("queue.queues.orders.backend=kafka")
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getAction()).contains("'kafka'"));
	}

	@Test
	void twoMethodsOnOneGroupFailWithBothNames() {
		this.redis.withBean(Plain.class)
			.withBean(Other.class)
			.run((context) -> assertThat(analysis(context.getStartupFailure())).satisfies((analysis) -> {
				assertThat(analysis.getCause()).isInstanceOf(DuplicateListenerException.class);
				assertThat(analysis.getDescription()).contains("Plain.on(String)").contains("Other.handle(String)");
				assertThat(analysis.getAction()).contains("group");
			}));
	}

	@Test
	void returnTypeThatWouldBeDroppedFails() {
		for (Class<?> type : new Class<?>[] { ReturnsText.class, ReturnsStageOfText.class, IsAsync.class,
				InheritsToAsync.class, NoQueue.class, BadConcurrency.class }) {
			this.redis.withBean(type)
				.run((context) -> assertThat(analysis(context.getStartupFailure())).satisfies((analysis) -> {
					assertThat(analysis.getCause()).isInstanceOf(InvalidListenerException.class);
					assertThat(analysis.getDescription())
						.contains(type == InheritsToAsync.class ? "Inherited" : type.getSimpleName());
					assertThat(analysis.getAction()).isNotBlank();
				}));
		}
	}

	@Test
	void streamKeyThatHoldsSomethingElseIsExplained() {
		this.redis.withPropertyValues("queue.redis.prefix=taken:").run((sender) -> {
			StringRedisTemplate redis = sender.getBean(StringRedisTemplate.class);
			redis.opsForValue().set("taken:orders", "a cached order");
			try {
				this.redis.withBean(Plain.class)
					.withPropertyValues("queue.redis.prefix=taken:")
					.run((context) -> assertThat(analysis(context.getStartupFailure())).satisfies((analysis) -> {
						assertThat(analysis.getDescription()).isEqualTo(
								"Queue 'orders' needs the Redis key 'taken:orders' for its stream, and there is a"
										+ " string.");
						assertThat(analysis.getAction()).contains("DEL \"taken:orders\"")
							.contains("queue.redis.prefix");
					}));
			}
			finally {
				redis.delete("taken:orders");
			}
		});
	}

	@Test
	void listenerThatTakesStreamEntriesOfAQueueOnPostgresFails() {
		this.both.withBean(TakesEntries.class)
			.withPropertyValues("queue.backend=postgres", "queue.queues.other.backend=redis")
			.run((context) -> assertThat(analysis(context.getStartupFailure())).satisfies((analysis) -> {
				assertThat(analysis.getDescription()).contains("TakesEntries.on(MapRecord)")
					.contains("'orders' lives in postgres");
				assertThat(analysis.getAction()).contains("queue.queues.orders.backend");
			}));
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
	void transactionalListenerOnRedisFails() {
		for (Class<?> type : new Class<?>[] { InTransaction.class, Plain.class }) {
			this.redis.withBean(type)
				.withPropertyValues("queue.queues.orders.transactional=" + (type == Plain.class))
				.run((context) -> assertThat(analysis(context.getStartupFailure())).satisfies((analysis) -> {
					assertThat(analysis.getDescription()).contains(type.getSimpleName() + ".on(String)")
						.contains("'orders' lives in redis");
					assertThat(analysis.getAction()).contains("queue.queues.orders.backend")
						.contains("remove 'transactional'");
				}));
		}
	}

	@Test
	void transactionalListenerWithoutTransactionManagerFails() {
		this.postgres.withBean(InTransaction.class)
			.run((context) -> assertThat(analysis(context.getStartupFailure())).satisfies((analysis) -> {
				assertThat(analysis.getDescription()).contains("no transaction manager works on the DataSource")
					.contains("there is none at all");
				assertThat(analysis.getAction()).contains("JdbcTransactionManager");
			}));
	}

	@Test
	void transactionManagerOfAnotherDataSourceIsNotTaken() {
		this.postgres.withBean(InTransaction.class)
			.withBean("other", JdbcTransactionManager.class,
					() -> new JdbcTransactionManager(new DriverManagerDataSource()))
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getDescription())
				.contains("there is " + JdbcTransactionManager.class.getName()));
	}

	@Test
	void transactionalListenerThatReturnsAStageFails() {
		this.postgres.withConfiguration(AutoConfigurations.of(DataSourceTransactionManagerAutoConfiguration.class))
			.withBean(ReturnsStageInTransaction.class)
			.run((context) -> assertThat(analysis(context.getStartupFailure())).satisfies((analysis) -> {
				assertThat(analysis.getDescription()).contains("ReturnsStageInTransaction.on(String)")
					.contains("CompletionStage");
				assertThat(analysis.getAction()).contains("Outcome");
			}));
	}

	@Test
	void noListenerIsStartedWhenOneOfThemCannotBe() {
		List<QueueEvent> events = new CopyOnWriteArrayList<>();
		this.postgres.withBean("first", OnPayments.class)
			.withBean("second", InTransaction.class)
			.withBean(QueueObserver.class, () -> events::add)
			.run((context) -> {
				assertThat(context).hasFailed();
				assertThat(events).noneMatch(QueueEvent.ListenerStarted.class::isInstance);
			});
	}

	@Test
	void transactionalListenerStartsOnBootsTransactionManager() {
		this.postgres.withConfiguration(AutoConfigurations.of(DataSourceTransactionManagerAutoConfiguration.class))
			.withBean(InTransaction.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void ephemeralListenerThatWantsWhatItCannotHaveFails() {
		Map.of(EphemeralInAGroup.class, "names group 'mailer'", EphemeralInTransaction.class, "is transactional",
				EphemeralWithoutRetry.class, "noRetryFor", NamedEphemeral.class, "names group 'ephemeral'")
			.forEach((listener, reason) -> this.redis.withBean(listener)
				.run((context) -> assertThat(analysis(context.getStartupFailure())).satisfies((analysis) -> {
					assertThat(analysis.getDescription()).contains(listener.getSimpleName() + ".on(String)")
						.contains(reason);
					assertThat(analysis.getAction()).contains("ephemeral");
				})));
	}

	@Test
	void ephemeralListenerOfATransactionalQueueFails() {
		this.postgres.withConfiguration(AutoConfigurations.of(DataSourceTransactionManagerAutoConfiguration.class))
			.withBean(Ephemeral.class)
			.withPropertyValues("queue.listener.transactional=true")
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getAction())
				.contains("queue.queues.orders.groups.ephemeral.transactional"));
	}

	@Test
	void twoEphemeralListenersOfAQueueFail() {
		this.redis.withBean("one", Ephemeral.class)
			.withBean("other", Ephemeral.class)
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getDescription())
				.contains("Each would have every message"));
	}

	@Test
	void asyncMethodBehindAnInterfaceProxyFails() {
		this.redis.withBean(AsyncBehindInterface.class)
			.withUserConfiguration(WithAsync.class)
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getDescription()).contains("@Async"));
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

	private static FailureAnalysis analysis(Throwable failure) {
		return StartUpFailure.analysis(failure, new StaticListableBeanFactory());
	}

	static class TakesEntries {

		@QueueListener("orders")
		void on(MapRecord<String, String, String> entry) {
		}

	}

	static class Plain {

		@QueueListener("orders")
		void on(String text) {
		}

	}

	static class Other {

		@QueueListener("orders")
		void handle(String text) {
		}

	}

	static class Ephemeral {

		@QueueListener(queue = "orders", ephemeral = true)
		void on(String text) {
		}

	}

	static class EphemeralInAGroup {

		@QueueListener(queue = "orders", group = "mailer", ephemeral = true)
		void on(String text) {
		}

	}

	static class EphemeralInTransaction {

		@QueueListener(queue = "orders", ephemeral = true, transactional = true)
		void on(String text) {
		}

	}

	static class EphemeralWithoutRetry {

		@QueueListener(queue = "orders", ephemeral = true, noRetryFor = IllegalStateException.class)
		void on(String text) {
		}

	}

	static class NamedEphemeral {

		@QueueListener(queue = "orders", group = "ephemeral")
		void on(String text) {
		}

	}

	static class OnPayments {

		@QueueListener("payments")
		void on(String text) {
		}

	}

	static class InTransaction {

		@QueueListener(queue = "orders", transactional = true)
		void on(String text) {
		}

	}

	static class ReturnsStageInTransaction {

		@QueueListener(queue = "orders", transactional = true)
		CompletableFuture<Void> on(String text) {
			return CompletableFuture.completedFuture(null);
		}

	}

	static class ReturnsText {

		@QueueListener("orders")
		String on(String text) {
			return text;
		}

	}

	static class ReturnsStageOfText {

		@QueueListener("orders")
		CompletableFuture<String> on(String text) {
			return CompletableFuture.completedFuture(text);
		}

	}

	static class IsAsync {

		@Async
		@QueueListener("orders")
		void on(String text) {
		}

	}

	static class Inherited {

		@QueueListener("orders")
		void on(String text) {
		}

	}

	@Async
	static class InheritsToAsync extends Inherited {

	}

	static class NoQueue {

		@QueueListener
		void on(String text) {
		}

	}

	static class BadConcurrency {

		@QueueListener(queue = "orders", concurrency = "many")
		void on(String text) {
		}

	}

	interface Handles {

		void on(String text);

	}

	static class AsyncBehindInterface implements Handles {

		@Async
		@Override
		@QueueListener("orders")
		public void on(String text) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	static class WithAsync {

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
