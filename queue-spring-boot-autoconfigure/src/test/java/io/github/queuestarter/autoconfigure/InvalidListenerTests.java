package io.github.queuestarter.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.core.StoreSelectionException;
import io.github.queuestarter.listener.DuplicateListenerException;
import io.github.queuestarter.listener.InvalidListenerException;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application with a listener that can't be does not start, and says what to do.
 */
class InvalidListenerTests extends AutoConfigurationTest {

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

	static class TakesEntries {

		@QueueListener("orders")
		void on(MapRecord<String, String, String> entry) {
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

}
