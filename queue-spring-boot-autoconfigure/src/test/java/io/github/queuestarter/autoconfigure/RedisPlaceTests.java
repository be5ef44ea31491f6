package io.github.queuestarter.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.queuestarter.GroupStats;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.core.QueueAdmin;
import io.github.queuestarter.core.QueueTemplate;
import io.github.queuestarter.redis.RedisStore;
import io.github.queuestarter.servers.RedisServer;
import io.github.queuestarter.testing.TestRedis;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Which Redis, which database and which key a queue lives in.
 */
class RedisPlaceTests {

	private static RedisServer server;

	private static RedisServer other;

	private static RedisClient client;

	private static StatefulRedisConnection<String, String> connection;

	private ConfigurableApplicationContext started;

	private final String key = "shop:" + UUID.randomUUID();

	private final ApplicationContextRunner unaddressed = new ApplicationContextRunner()
		.withInitializer((context) -> this.started = context)
		.withConfiguration(AutoConfigurations.of(QueueAutoConfiguration.class, JacksonAutoConfiguration.class,
				DataRedisAutoConfiguration.class));

	private final ApplicationContextRunner application = this.unaddressed
		.withPropertyValues("spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + server.port());

	@BeforeAll
	static void startServers() {
		server = RedisServer.builder().start();
		other = RedisServer.builder().start();
		client = RedisClient.create(RedisURI.create(server.host(), server.port()));
		connection = client.connect();
	}

	@AfterAll
	static void stopServers() {
		connection.close();
		client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
		server.close();
		other.close();
	}

	private static RedisCommands<String, String> redis(int database) {
		connection.sync().select(database);
		return connection.sync();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void queuesMayHaveADatabaseOfTheirOwn(boolean masterWithReplicas) {
		ApplicationContextRunner application = masterWithReplicas ? this.unaddressed
			.withPropertyValues("spring.data.redis.masterreplica.nodes=127.0.0.1:" + server.port()) : this.application;
		String prefix = this.key + ":";
		application.withPropertyValues("queue.redis.prefix=" + prefix, "queue.redis.database=3").run((context) -> {
			context.getBean(QueueTemplate.class).send("orders", "text");
			StringRedisTemplate applications = context.getBean(StringRedisTemplate.class);
			applications.opsForValue().set(prefix + "application", "in database 0");
			assertThat(applications.hasKey(prefix + "orders")).isFalse();
			assertThat(redis(3).xlen(prefix + "orders")).isEqualTo(1);
			assertThat(redis(0).get(prefix + "application")).isEqualTo("in database 0");
		});
	}

	@Test
	void databaseOfTheApplicationIsThatOfItsQueues() {
		String prefix = this.key + ":";
		this.application.withPropertyValues("queue.redis.prefix=" + prefix, "spring.data.redis.database=5")
			.run((context) -> {
				context.getBean(QueueTemplate.class).send("orders", "text");
				assertThat(redis(5).xlen(prefix + "orders")).isEqualTo(1);
			});
	}

	@Test
	void clusterHasNoDatabaseOfItsOwnForQueues() {
		this.unaddressed
			.withPropertyValues("spring.data.redis.cluster.nodes=127.0.0.1:" + server.port(), "queue.redis.database=3")
			.run((context) -> assertThat(description(context)).contains("'queue.redis'")
				.contains("'database' is 3")
				.contains("only database 0")
				.contains("@QueueRedisConnectionFactory"));
	}

	@Test
	void databaseBelow0IsRefused() {
		this.application.withPropertyValues("queue.redis.database=-1")
			.run((context) -> assertThat(description(context)).contains("'queue.redis'").contains("-1"));
	}

	@ParameterizedTest
	@CsvSource({ "%s, {%s}:consumers", "{%s}:events, {%s}:events:consumers", "a{%s}b, a{%s}b:consumers" })
	void streamThatOthersMadeIsAQueue(String stream, String consumers) {
		String key = stream.formatted(this.key);
		redis(0).xadd(key, Map.of("item", "tea"));
		List<Map<String, String>> received = new CopyOnWriteArrayList<>();
		this.application.withBean(Shop.class, () -> new Shop(received))
			.withPropertyValues("queue.queues.orders.redis.key=" + key)
			.run((context) -> {
				Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> received.size() == 1);
				assertThat(received).containsExactly(Map.of("item", "tea"));
				context.getBean(QueueTemplate.class).send("orders", Map.of("item", "cup"));
				Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> received.size() == 2);
				assertThat(redis(0).exists(consumers.formatted(this.key))).isEqualTo(1);
				assertThat(redis(0).exists("queue:orders")).isZero();
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "a{}b", "a{b", "a}b", "}a{", "{}{a}" })
	void keyWhoseBracesAreNoHashTagIsRefused(String key) {
		this.application.withPropertyValues("queue.queues.orders.redis.key=" + key)
			.run((context) -> assertThat(description(context)).contains("'orders.redis.key' is '" + key + "'")
				.contains("hash tag"));
	}

	@Test
	void twoQueuesCannotHaveOneKey() {
		this.application.withPropertyValues("queue.queues.orders.redis.key=shop", "queue.queues.returns.redis.key=shop")
			.run((context) -> assertThat(description(context)).contains("'orders.redis.key'")
				.contains("'returns.redis.key'"));
	}

	@Test
	void keyCannotBeThatOfAnotherQueue() {
		this.application.withPropertyValues("queue.queues.orders.redis.key=queue:prices")
			.run((context) -> assertThatExceptionOfType(QueueStoreException.class)
				.isThrownBy(() -> context.getBean(QueueTemplate.class).send("prices", "text"))
				.withMessageContaining("queue.queues.orders.redis.key"));
	}

	@Test
	void queueWhoseStreamIsNowThatOfAnotherIsNoLongerListed() {
		ApplicationContextRunner application = this.application.withPropertyValues("queue.redis.prefix=" + this.key);
		application.run((context) -> {
			context.getBean(QueueTemplate.class).send("prices", Map.of("item", "tea"));
			Awaitility.await().until(() -> context.getBean(QueueAdmin.class).queues().contains("prices"));
		});
		application.withBean(Shop.class, () -> new Shop(new CopyOnWriteArrayList<>()))
			.withPropertyValues("queue.queues.orders.redis.key=" + this.key + "prices")
			.run((context) -> {
				QueueAdmin admin = context.getBean(QueueAdmin.class);
				Awaitility.await().until(() -> admin.queues().contains("orders"));
				assertThat(admin.queues()).doesNotContain("prices");
				assertThat(admin.stats()).extracting(GroupStats::queue).containsExactly("orders");
			});
	}

	@Test
	void keyOfAQueueOnPostgresIsRefused() {
		this.application
			.withPropertyValues("queue.queues.orders.redis.key=shop", "queue.queues.orders.backend=postgres")
			.run((context) -> assertThat(description(context)).contains("'redis.key'").contains("'postgres'"));
	}

	@Test
	void markedRedisHoldsTheQueuesAndNothingElse() {
		String prefix = this.key + ":";
		this.application.withUserConfiguration(Marked.class)
			.withPropertyValues("queue.redis.prefix=" + prefix)
			.run((context) -> {
				context.getBean(QueueTemplate.class).send("orders", "text");
				context.getBean(StringRedisTemplate.class).opsForValue().set(prefix + "application", "here");
				assertThat(redis(0).get(prefix + "application")).isEqualTo("here");
				assertThat(redis(0).exists(prefix + "orders")).isZero();
				RedisConnectionFactory queues = context.getBean("queues", RedisConnectionFactory.class);
				assertThat(new StringRedisTemplate(queues).opsForStream().size(prefix + "orders")).isEqualTo(1);
			});
	}

	@Test
	void markedRedisIsUsedWhateverElseThereIs() {
		this.unaddressed.withUserConfiguration(Two.class, Marked.class)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(RedisStore.class));
		this.unaddressed.withUserConfiguration(Leading.class, Two.class)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(RedisStore.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "queue.backend=redis", "some.key=value" })
	void twoRedisWithoutAMarkAskForOne(String property) {
		this.unaddressed.withUserConfiguration(Two.class)
			.withBean(Shop.class, () -> new Shop(new CopyOnWriteArrayList<>()))
			.withPropertyValues(property)
			.run((context) -> {
				assertThat(description(context)).contains("'orders'").contains("(first, second)");
				assertThat(
						StartUpFailure.analysis(context.getStartupFailure(), this.started.getBeanFactory()).getAction())
					.contains("@QueueRedisConnectionFactory")
					.contains("@Primary");
			});
	}

	private String description(AssertableApplicationContext context) {
		return StartUpFailure.analysis(context.getStartupFailure(), this.started.getBeanFactory()).getDescription();
	}

	private static LettuceConnectionFactory connections(RedisServer server) {
		return new LettuceConnectionFactory(server.host(), server.port());
	}

	static final class Shop {

		private final List<Map<String, String>> received;

		Shop(List<Map<String, String>> received) {
			this.received = received;
		}

		@QueueListener("orders")
		void on(Map<String, String> order) {
			this.received.add(order);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Marked {

		@Bean(defaultCandidate = false)
		@QueueRedisConnectionFactory
		LettuceConnectionFactory queues() {
			return connections(other);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Two {

		@Bean
		LettuceConnectionFactory first() {
			return connections(server);
		}

		@Bean
		LettuceConnectionFactory second() {
			return connections(other);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Leading {

		@Bean
		@Primary
		LettuceConnectionFactory leading() {
			return connections(server);
		}

	}

}
