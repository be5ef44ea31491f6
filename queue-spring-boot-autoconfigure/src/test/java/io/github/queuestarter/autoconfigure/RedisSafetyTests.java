package io.github.queuestarter.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.core.QueueTemplate;
import io.github.queuestarter.redis.RedisStore;
import io.github.queuestarter.servers.RedisServer;
import io.github.queuestarter.testing.TestRedis;
import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.protocol.CommandType;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an application says at start of a Redis that does not keep its queues.
 */
class RedisSafetyTests {

	private final List<String> warnings = new CopyOnWriteArrayList<>();

	private final List<String> received = new CopyOnWriteArrayList<>();

	private RedisServer server;

	private String username;

	private ConfigurableApplicationContext started;

	@AfterEach
	void stopServer() {
		this.server.close();
	}

	@Test
	void eachRiskIsWarnedOfInOneLineThatSaysWhatToSet() {
		serve("--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru");
		redis((redis) -> redis.psetex("cache:1", Duration.ofHours(1).toMillis(), "value"));
		application().run((context) -> {
			assertThat(context).hasNotFailed();
			await().until(() -> this.warnings.size() == 3);
			assertThat(this.warnings).anyMatch((line) -> line.contains("Set 'maxmemory-policy noeviction'"))
				.anyMatch((line) -> line.contains("Set 'appendonly yes'"))
				.anyMatch((line) -> line.contains("'queue.redis.database'"))
				.noneMatch((line) -> line.contains("cache:1") || line.contains("\n"));
		});
	}

	@Test
	void safeServerIsNotWarnedOfWhateverQueuesItHolds() {
		serve("--appendonly", "yes");
		application().withBean(Listener.class, () -> new Listener(this.received))
			.withPropertyValues("queue.redis.prefix=other:")
			.run((other) -> application().withBean(Listener.class, () -> new Listener(this.received)).run((context) -> {
				context.getBean(QueueTemplate.class).send("orders", "one");
				other.getBean(QueueTemplate.class).send("orders", "other");
				await().until(() -> this.received.size() == 2);
				// registrations expire
				redis((redis) -> assertThat(redis.pttl("{queue:orders}:consumers")).isPositive());
				context.getBean(RedisStore.class).requireSafeServer();
				other.getBean(RedisStore.class).requireSafeServer();
				assertThat(this.warnings).isEmpty();
			}));
	}

	@Test
	void strictApplicationDoesNotStartOnAServerThatIsNotSafe() {
		serve("--maxmemory-policy", "volatile-lru");
		redis((redis) -> redis.psetex("cache:1", Duration.ofHours(1).toMillis(), "value"));
		strict().run((context) -> {
			FailureAnalysis analysis = analysis(context);
			assertThat(analysis.getDescription()).contains("'queue.redis.strict'")
				.contains("maxmemory-policy is 'volatile-lru'")
				.contains("appendonly is 'no'")
				.contains("share a database");
			assertThat(analysis.getAction()).contains("'maxmemory-policy noeviction'")
				.contains("'appendonly yes'")
				.contains("'queue.redis.database'")
				.contains("Set 'queue.redis.strict' to 'false'");
			assertThat(this.warnings).isEmpty();
		});
	}

	@Test
	void strictApplicationIsStrictEvenIfItsBeansAreLazy() {
		serve();
		strict()
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> assertThat(analysis(context).getDescription()).contains("'queue.redis.strict'"));
	}

	@Test
	void strictApplicationStartsOnASafeServer() {
		serve("--appendonly", "yes");
		redis((redis) -> redis.set("no cache", "value"));
		strict().run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(this.warnings).isEmpty();
		});
	}

	@Test
	void cacheInAnotherDatabaseIsNoRisk() {
		serve("--appendonly", "yes");
		redis((redis) -> redis.psetex("cache:1", Duration.ofHours(1).toMillis(), "value"));
		strict().run((context) -> assertThat(analysis(context).getAction()).contains("'queue.redis.database'"));
		ApplicationContextRunner apart = strict().withPropertyValues("queue.redis.database=3");
		apart.run((context) -> assertThat(context).hasNotFailed());
		redis((redis) -> {
			redis.flushall();
			redis.select(3);
			redis.psetex("cache:1", Duration.ofHours(1).toMillis(), "value");
		});
		apart.run((context) -> assertThat(analysis(context).getAction()).contains("'queue.redis.database'"));
	}

	@Test
	void databaseThatTheServerDoesNotHaveIsTold() {
		serve("--appendonly", "yes");
		strict().withPropertyValues("queue.redis.database=16").run((context) -> {
			assertThat(analysis(context).getDescription()).contains("no database 16");
			assertThat(analysis(context).getAction()).contains("'queue.redis.database'").contains("'databases'");
		});
		application().withPropertyValues("queue.redis.database=16").run((context) -> {
			assertThat(context).hasNotFailed();
			await().until(() -> !this.warnings.isEmpty());
			assertThat(this.warnings).singleElement().asString().contains("no database 16");
		});
	}

	@Test
	void cacheInTheSameClusterAsksForARedisOfItsOwn() {
		serve("--appendonly", "yes", "--cluster-enabled", "yes");
		redis((redis) -> {
			redis.clusterAddSlots(IntStream.range(0, 16384).toArray());
			await().until(() -> redis.clusterInfo().contains("cluster_state:ok"));
			redis.psetex("cache:1", Duration.ofHours(1).toMillis(), "value");
		});
		strict(queues().withPropertyValues("spring.data.redis.cluster.nodes=127.0.0.1:" + this.server.port()))
			.run((context) -> {
				assertThat(analysis(context).getDescription()).contains("Redis Cluster").doesNotContain("appendonly");
				assertThat(analysis(context).getAction()).contains("@QueueRedisConnectionFactory")
					.doesNotContain("queue.redis.database");
			});
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void serverThatRefusesToTellIsOneLineAndNoFailure(boolean strict) {
		serve("--maxmemory-policy", "allkeys-lru");
		redis((redis) -> redis.psetex("cache:1", Duration.ofHours(1).toMillis(), "value"));
		restrict(CommandType.INFO);
		application().withPropertyValues("queue.redis.strict=" + strict).run((context) -> {
			assertThat(context).hasNotFailed();
			await().until(() -> !this.warnings.isEmpty());
			context.getBean(RedisStore.class).requireSafeServer();
			assertThat(this.warnings).hasSize(2)
				.allSatisfy((line) -> assertThat(line).contains("Could not check")
					.contains("NOPERM")
					.contains("'maxmemory-policy noeviction'")
					.contains("'appendonly yes'")
					.doesNotContain("\n"));
		});
	}

	@Test
	void serverThatDoesNotShowItsKeysIsAskedForTheRest() {
		serve("--appendonly", "yes");
		redis((redis) -> redis.psetex("cache:1", Duration.ofHours(1).toMillis(), "value"));
		restrict(CommandType.SCAN);
		strict().run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(this.warnings).singleElement()
				.asString()
				.contains("NOPERM")
				.contains("a database without a cache")
				.doesNotContain("noeviction");
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void applicationStartsWithoutItsServerAndIsWarnedOnceItIsThere(boolean strict) {
		serve();
		this.server.kill();
		application().withPropertyValues("queue.redis.strict=" + strict).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(this.warnings).hasSize(strict ? 1 : 0);
			this.server.start();
			await().until(() -> this.warnings.size() > (strict ? 1 : 0));
			assertThat(this.warnings.get(this.warnings.size() - 1)).contains("Set 'appendonly yes'");
		});
	}

	private void serve(String... config) {
		this.server = RedisServer.builder().config(config).start();
	}

	/**
	 * Make a user that may do everything but one command, and be it.
	 */
	private void restrict(CommandType refused) {
		redis((redis) -> redis.aclSetuser("app",
				AclSetuserArgs.Builder.on()
					.addPassword("secret")
					.allKeys()
					.allChannels()
					.allCommands()
					.removeCommand(refused)));
		this.username = "app";
	}

	private void redis(Consumer<RedisCommands<String, String>> action) {
		RedisClient client = RedisClient.create(RedisURI.create(this.server.host(), this.server.port()));
		try (StatefulRedisConnection<String, String> connection = client.connect()) {
			action.accept(connection.sync());
		}
		finally {
			client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
		}
	}

	private ApplicationContextRunner queues() {
		return new ApplicationContextRunner().withInitializer((context) -> this.started = context)
			.withConfiguration(AutoConfigurations.of(QueueAutoConfiguration.class, JacksonAutoConfiguration.class,
					DataRedisAutoConfiguration.class))
			.withBean(QueueObserver.class, () -> (event) -> {
				if (event instanceof QueueEvent.Warning warning) {
					this.warnings.add(warning.text());
				}
			});
	}

	private ApplicationContextRunner application() {
		return queues().withBean(DataRedisConnectionDetails.class, () -> details());
	}

	private DataRedisConnectionDetails details() {
		return new TestRedis(this.server.host(), this.server.port(), this.username,
				(this.username != null) ? "secret" : null)
			.connectionDetails();
	}

	private ApplicationContextRunner strict() {
		return strict(application());
	}

	private ApplicationContextRunner strict(ApplicationContextRunner application) {
		return application.withPropertyValues("queue.redis.strict=true");
	}

	private FailureAnalysis analysis(AssertableApplicationContext context) {
		assertThat(context).as("warned of %s instead", this.warnings).hasFailed();
		return StartUpFailure.analysis(context.getStartupFailure(), this.started.getBeanFactory());
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20));
	}

	static final class Listener {

		private final List<String> received;

		Listener(List<String> received) {
			this.received = received;
		}

		@QueueListener("orders")
		void on(String text) {
			this.received.add(text);
		}

	}

}
