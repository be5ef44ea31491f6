package io.github.queuestarter.endtoend;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.github.queuestarter.PageRequest;
import io.github.queuestarter.PermanentFailureException;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.SendNotConfirmedException;
import io.github.queuestarter.core.SendOptions;
import io.github.queuestarter.servers.RedisCluster;
import io.github.queuestarter.servers.RedisServer;
import io.github.queuestarter.testing.DocumentedAclRule;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Queues in a Redis Cluster while slots move and servers die, as a user that may do no
 * more than is documented.
 */
class RedisClusterTests extends EndToEndTest {

	private final Texts texts = new Texts();

	private RedisCluster cluster;

	@Override
	Backend backend() {
		Map<String, String> properties = new HashMap<>(Backend.redis(this.cluster).properties());
		properties.put("spring.data.redis.username", DocumentedAclRule.USER);
		properties.put("spring.data.redis.password", "secret");
		return new Backend("redis", properties);
	}

	@BeforeEach
	void startServers() {
		List<String> config = new ArrayList<>(List.of("--user", DocumentedAclRule.USER, "on", ">secret"));
		config.addAll(DocumentedAclRule.of("queue:", DocumentedAclRule.BASE, DocumentedAclRule.REPLICAS,
				DocumentedAclRule.CLUSTER));
		config.addAll(List.of("--cluster-require-full-coverage", "no"));
		this.cluster = RedisCluster.start(config.toArray(String[]::new));
	}

	@AfterEach
	void stopServers() {
		closeWhatWasStarted();
		this.cluster.close();
	}

	private Application.Builder listening() {
		return application().listener(this.texts).with("spring.data.redis.timeout", "2s");
	}

	private String stream() {
		return "queue:" + this.queue;
	}

	private List<String> keys(RedisServer server) {
		List<String> keys = new ArrayList<>();
		int slot = this.cluster.slotOf(stream());
		Object found = server.call("CLUSTER", "GETKEYSINSLOT", Integer.toString(slot), "100");
		((List<?>) found).forEach((key) -> keys.add((String) key));
		return keys;
	}

	@Test
	void queuesAreSpreadOverAllMasters() {
		Spread spread = new Spread();
		List<String> queues = twoOnEachMaster();
		Application.Builder listening = application().listener(spread);
		for (int i = 0; i < queues.size(); i++) {
			listening.with("test.spread." + i, queues.get(i));
		}
		Application application = start(listening);
		queues.forEach((queue) -> application.template().send(queue, "text"));
		spread.received.await(6);
		assertThat(application.admin().stats()).hasSize(6);
		// by another instance, so that nothing but the look of all listeners finds them
		Application other = start(application());
		for (int i = 0; i < 6; i++) {
			other.template().send(queues.get(i), "delayed " + i, SendOptions.delay(Duration.ofMillis(300)));
		}
		assertThat(spread.received.await(12)).contains("delayed 0", "delayed 1", "delayed 2", "delayed 3", "delayed 4",
				"delayed 5");
	}

	private List<String> twoOnEachMaster() {
		Map<RedisServer, List<String>> queues = new LinkedHashMap<>();
		for (int i = 0; queues.size() < 3 || queues.values().stream().anyMatch((some) -> some.size() < 2); i++) {
			String queue = this.queue + "-" + i;
			queues.computeIfAbsent(this.cluster.ownerOf("queue:" + queue), (owner) -> new ArrayList<>()).add(queue);
		}
		return queues.values().stream().flatMap((some) -> some.stream().limit(2)).toList();
	}

	@Test
	void batchesFollowASlotThatMoves() {
		Application application = start(listening());
		application.template().sendAll(this.queue, texts("before"));
		RedisServer source = this.cluster.ownerOf(stream());
		RedisServer target = otherMaster(source);
		String slot = Integer.toString(this.cluster.slotOf(stream()));
		target.call("CLUSTER", "SETSLOT", slot, "IMPORTING", this.cluster.idOf(source));
		source.call("CLUSTER", "SETSLOT", slot, "MIGRATING", this.cluster.idOf(target));
		migrate(source, target, stream());
		application.template().sendAll(this.queue, texts("between"));
		for (List<String> keys = keys(source); !keys.isEmpty(); keys = keys(source)) {
			keys.forEach((key) -> migrate(source, target, key));
		}
		for (RedisServer server : List.of(target, source)) {
			server.call("CLUSTER", "SETSLOT", slot, "NODE", this.cluster.idOf(target));
		}
		application.template().sendAll(this.queue, texts("after"));
		List<String> sent = new ArrayList<>(texts("before"));
		sent.addAll(texts("between"));
		sent.addAll(texts("after"));
		RedisSentinelTests.longAwait().until(() -> this.texts.received.all().containsAll(sent));
		RedisSentinelTests.longAwait()
			.until(() -> application.admin().stats(this.queue, "default").pending().value() == 0);
	}

	private static List<String> texts(String name) {
		return IntStream.range(0, 300).mapToObj((number) -> name + " " + number).toList();
	}

	private RedisServer otherMaster(RedisServer one) {
		return this.cluster.servers()
			.stream()
			.filter((server) -> server != one)
			.filter((server) -> String.valueOf(server.call("INFO", "replication")).contains("role:master"))
			.findFirst()
			.orElseThrow();
	}

	@Test
	void slotOfAQueueMovesWhileMessagesFlow() throws Exception {
		Application application = start(listening().with("queue.redis.durability", "replicas(1)"));
		Application other = start(application());
		other.template().send(this.queue, "bury");
		await().until(() -> application.admin().stats(this.queue, "default").deadLetters().value() == 1);
		RedisServer source = this.cluster.ownerOf(stream());
		RedisServer target = otherMaster(source);
		String slot = Integer.toString(this.cluster.slotOf(stream()));
		try (MessageFlow flow = new MessageFlow(application, this.queue);
				MessageFlow otherFlow = new MessageFlow(other, this.queue + "-elsewhere")) {
			flow.awaitMore(50);
			target.call("CLUSTER", "SETSLOT", slot, "IMPORTING", this.cluster.idOf(source));
			source.call("CLUSTER", "SETSLOT", slot, "MIGRATING", this.cluster.idOf(target));
			// the stream first: half of the queue is here and half is there for a while
			migrate(source, target, stream());
			flow.awaitMore(50);
			otherFlow.awaitMore(50);
			for (List<String> keys = keys(source); !keys.isEmpty(); keys = keys(source)) {
				keys.forEach((key) -> migrate(source, target, key));
			}
			for (RedisServer server : List.of(target, source)) {
				server.call("CLUSTER", "SETSLOT", slot, "NODE", this.cluster.idOf(target));
			}
			flow.awaitMore(50);
			flow.close();
			RedisSentinelTests.longAwait()
				.until(() -> this.texts.received.all().containsAll(flow.acknowledged().all()));
		}
		assertThat(this.cluster.ownerOf(stream())).isSameAs(target);
		RedisSentinelTests.longAwait()
			.until(() -> application.admin().stats(this.queue, "default").pending().value() == 0);
		assertThat(application.admin().deadLetters(this.queue, "default", PageRequest.first(10)).deadLetters())
			.hasSize(1);
		assertThat(application.admin().replayAll(this.queue, "default")).isEqualTo(1);
		await().until(() -> this.texts.received.all().stream().filter("bury"::equals).count() == 2);
	}

	private static void migrate(RedisServer source, RedisServer target, String key) {
		source.call("MIGRATE", target.host(), Integer.toString(target.port()), key, "0", "5000");
	}

	@Test
	void whatReplicasHaveConfirmedSurvivesTheLossOfAMaster() throws Exception {
		Application application = start(listening().with("queue.redis.durability", "replicas(1)"));
		RedisServer owner = this.cluster.ownerOf(stream());
		try (MessageFlow flow = new MessageFlow(application, this.queue)) {
			flow.awaitMore(100);
			owner.kill();
			this.cluster.awaitFailover(stream(), owner);
			// a replica of its own again, or nothing is confirmed any more
			owner.start();
			flow.awaitMore(100);
			flow.close();
			RedisSentinelTests.longAwait()
				.until(() -> this.texts.received.all().containsAll(flow.acknowledged().all()));
		}
		RedisSentinelTests.longAwait()
			.until(() -> application.context()
				.getBean("queueHealthIndicator", HealthIndicator.class)
				.health()
				.getStatus()
				.equals(Status.UP));
	}

	@Test
	void sendsThatWaitForReplicasFollowAMasterThatStaysAway() {
		Application application = start(application().with("spring.data.redis.timeout", "2s")
			.with("queue.redis.durability", "replicas(1)")
			.with("queue.redis.durability-timeout", "200ms"));
		RedisSentinelTests.longAwait().until(() -> application.template().send(this.queue, "before") != null);
		RedisServer owner = this.cluster.ownerOf(stream());
		owner.kill();
		this.cluster.awaitFailover(stream(), owner);
		// the new master has no replica, so that nothing is confirmed
		RedisSentinelTests.longAwait()
			.untilAsserted(() -> assertThatExceptionOfType(SendNotConfirmedException.class)
				.isThrownBy(() -> application.template().send(this.queue, "after")));
	}

	@Test
	@Tag("topology")
	void queuesOfOtherMastersGoOnWithoutTheOneThatHasTheirNames() {
		String names = "{queue:}names";
		RedisServer owner = this.cluster.ownerOf(names);
		RedisServer replica = this.cluster.servers()
			.stream()
			.filter((server) -> String.valueOf(server.call("INFO", "replication"))
				.contains("master_port:" + owner.port()))
			.findFirst()
			.orElseThrow();
		String elsewhere = IntStream.range(0, 100)
			.mapToObj((number) -> this.queue + "-" + number)
			.filter((name) -> this.cluster.ownerOf("queue:" + name) != owner)
			.findFirst()
			.orElseThrow();
		replica.kill();
		owner.kill();
		Application application = start(listening().with("test.queue", elsewhere));
		RedisSentinelTests.longAwait().until(() -> application.template().send(elsewhere, "first") != null);
		RedisSentinelTests.longAwait().until(() -> this.texts.received.all().contains("first"));
		RedisSentinelTests.longAwait()
			.until(() -> application.admin().stats(elsewhere, "default").pending().value() == 0);
	}

	static final class Texts {

		final Received<String> received = new Received<>();

		@QueueListener("${test.queue}")
		void on(String text) {
			this.received.add(text);
			if (text.equals("bury")) {
				throw new PermanentFailureException("never");
			}
		}

	}

	static final class Spread {

		final Received<String> received = new Received<>();

		@QueueListener("${test.spread.0}")
		@QueueListener("${test.spread.1}")
		@QueueListener("${test.spread.2}")
		@QueueListener("${test.spread.3}")
		@QueueListener("${test.spread.4}")
		@QueueListener("${test.spread.5}")
		void on(String text) {
			this.received.add(text);
		}

	}

}
