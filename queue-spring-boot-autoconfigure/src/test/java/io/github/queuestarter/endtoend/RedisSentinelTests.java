package io.github.queuestarter.endtoend;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.github.queuestarter.PageRequest;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.SendNotConfirmedException;
import io.github.queuestarter.core.SendOptions;
import io.github.queuestarter.servers.RedisSentinels;
import io.github.queuestarter.servers.RedisServer;
import io.github.queuestarter.store.StoreUnavailableException;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The master dies and the Sentinels make its replica the master.
 */
class RedisSentinelTests extends EndToEndTest {

	private final Texts texts = new Texts();

	private final Events events = new Events();

	private RedisSentinels sentinels;

	@Override
	Backend backend() {
		return Backend.redis(this.sentinels);
	}

	@BeforeEach
	void startServers() {
		this.sentinels = RedisSentinels.start(1);
	}

	@AfterEach
	void stopServers() {
		closeWhatWasStarted();
		this.sentinels.close();
	}

	/**
	 * A failover takes seconds, on a busy machine many.
	 */
	static ConditionFactory longAwait() {
		return await().atMost(Duration.ofSeconds(90));
	}

	private Application.Builder durable() {
		return application().with("queue.redis.durability", "replicas(1)")
			.with("queue.redis.durability-timeout", "500ms")
			.with("spring.data.redis.timeout", "2s");
	}

	private RedisServer replica() {
		RedisServer master = this.sentinels.master();
		return this.sentinels.servers().stream().filter((server) -> server != master).findFirst().orElseThrow();
	}

	/**
	 * A suspended replica would still read what its master had sent it.
	 */
	private RedisServer cutOffReplica(RedisServer master) {
		RedisServer replica = replica();
		replica.suspend();
		await().until(() -> {
			Object killed = master.call("CLIENT", "KILL", "TYPE", "replica");
			return Long.valueOf(0).equals(killed)
					&& String.valueOf(master.call("INFO", "replication")).contains("connected_slaves:0");
		});
		return replica;
	}

	/**
	 * A replica lags, and what it says of pending messages is of the past.
	 */
	@Test
	void nothingOfQueuesIsReadFromReplicaThatTheApplicationPrefers() {
		Application application = start(
				application().with("spring.data.redis.lettuce.read-from", "replica-preferred").listener(this.texts));
		application.template().send(this.queue, "a");
		application.template().send(this.queue, "b", SendOptions.delay(Duration.ofMillis(50)));
		assertThat(this.texts.received.await(2)).containsExactlyInAnyOrder("a", "b");
		await().until(() -> isDone(application, this.queue));
		application.admin().deadLetters(this.queue, "default", PageRequest.first(1));
		assertThat(String.valueOf(replica().call("INFO", "commandstats"))).contains("cmdstat_xadd")
			.doesNotContain("cmdstat_xreadgroup", "cmdstat_xpending", "cmdstat_xinfo", "cmdstat_xrange",
					"cmdstat_evalsha", "cmdstat_hget:");
	}

	@Test
	void whatReplicasHaveConfirmedSurvivesTheLossOfTheMaster() throws Exception {
		Application application = start(durable().listener(this.texts).listener(this.events));
		RedisServer master = this.sentinels.master();
		try (MessageFlow flow = new MessageFlow(application, this.queue)) {
			flow.awaitMore(200);
			master.kill();
			this.sentinels.awaitFailover(master);
			// a replica of its own again, or nothing is confirmed any more
			master.start();
			flow.awaitMore(200);
			flow.close();
			longAwait().until(() -> this.texts.received.all().containsAll(flow.acknowledged().all()));
		}
		longAwait().until(() -> status(application).equals(Status.UP));
	}

	private static Status status(Application application) {
		return application.context().getBean("queueHealthIndicator", HealthIndicator.class).health().getStatus();
	}

	@Test
	void sendIsNotConfirmedWhenTheReplicaDoesNotHaveIt() {
		Application application = start(durable().listener(this.texts));
		RedisServer replica = replica();
		replica.suspend();
		try {
			assertThatExceptionOfType(SendNotConfirmedException.class)
				.isThrownBy(() -> application.template().sendAll(this.queue, List.of("a", "b")))
				.withMessageContaining("2 messages were sent to Redis")
				.withMessageContaining("only 0 of 1 replicas confirmed within PT0.5S")
				.satisfies((ex) -> assertThat(ex.getIds()).hasSize(2));
			assertThatExceptionOfType(SendNotConfirmedException.class).isThrownBy(
					() -> application.template().send(this.queue, "late", SendOptions.delay(Duration.ofMillis(10))));
			assertThat(this.texts.received.await(3)).containsExactlyInAnyOrder("a", "b", "late");
		}
		finally {
			replica.resume();
		}
		longAwait().until(() -> application.template().send(this.queue, "c") != null);
	}

	@Test
	void sendWhoseConnectionIsLostWhileItWaitsIsNotTakenForConfirmed() throws Exception {
		Application application = start(
				durable().with("queue.redis.durability-timeout", "10s").with("spring.data.redis.timeout", "20s"));
		application.template().send(this.queue, "confirmed");
		RedisServer master = this.sentinels.master();
		RedisServer replica = replica();
		replica.suspend();
		CompletableFuture<String> send = CompletableFuture
			.supplyAsync(() -> application.template().send(this.queue, "in doubt"));
		await().until(() -> String.valueOf(master.call("CLIENT", "LIST"))
			.lines()
			.anyMatch((client) -> client.contains("cmd=wait") && client.contains("flags=b")));
		master.call("CLIENT", "KILL", "TYPE", "normal");
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> send.get(20, TimeUnit.SECONDS))
			.withCauseInstanceOf(StoreUnavailableException.class);
		replica.resume();
		longAwait().until(() -> application.template().send(this.queue, "confirmed") != null);
	}

	@Test
	@Tag("topology")
	void onlyWhatWasNotConfirmedIsLostWithAReplicaThatLagged() {
		Application sender = start(
				durable().with("queue.redis.durability-timeout", "5s").with("spring.data.redis.timeout", "10s"));
		Application careless = start(application());
		List<String> confirmed = List.of("a", "b", "c");
		sender.template().sendAll(this.queue, confirmed);
		sender.template().send(this.queue, "delayed", SendOptions.delay(Duration.ofSeconds(1)));
		RedisServer master = this.sentinels.master();
		RedisServer replica = cutOffReplica(master);
		careless.template().send(this.queue, "lost");
		assertThatExceptionOfType(SendNotConfirmedException.class)
			.isThrownBy(() -> sender.template().send(this.queue, "lost as well"));
		master.kill();
		replica.resume();
		this.sentinels.awaitFailover(master);
		Application listening = start(application().listener(this.texts));
		longAwait().until(() -> careless.template().send(this.queue, "after") != null);
		longAwait().until(() -> this.texts.received.all().contains("after"));
		longAwait().until(() -> this.texts.received.all().contains("delayed"));
		longAwait().until(() -> listening.admin().stats(this.queue, "default").ready().value() == 0);
		assertThat(this.texts.received.all()).containsExactlyInAnyOrder("a", "b", "c", "after", "delayed");
	}

	@Test
	@Tag("topology")
	void groupThatNoReplicaHadIsMadeAgainAndDeliversWhatMayBeUnfinished() {
		Application application = start(application().with("spring.data.redis.timeout", "2s"));
		application.template().send(this.queue, "before");
		RedisServer master = this.sentinels.master();
		RedisServer behind = replica();
		await().until(() -> Long.valueOf(1).equals(behind.call("XLEN", "queue:" + this.queue)));
		RedisServer replica = cutOffReplica(master);
		start(application().listener(this.texts).listener(this.events).with("spring.data.redis.timeout", "2s"));
		this.texts.received.await(1);
		master.kill();
		replica.resume();
		this.sentinels.awaitFailover(master);
		longAwait().until(() -> !this.events.of(QueueEvent.GroupRecreated.class).isEmpty());
		longAwait().until(() -> application.template().send(this.queue, "after") != null);
		longAwait().until(() -> this.texts.received.all().contains("after"));
		longAwait().until(() -> this.texts.received.all().equals(List.of("before", "before", "after")));
	}

	@Test
	@Tag("topology")
	void listenerLeavesAMasterThatHangsAndComesBackAsAReplica() throws Exception {
		Application application = start(
				application().listener(this.texts).listener(this.events).with("spring.data.redis.timeout", "2s"));
		RedisServer master = this.sentinels.master();
		try (MessageFlow flow = new MessageFlow(application, this.queue)) {
			flow.awaitMore(100);
			master.suspend();
			this.sentinels.awaitFailover(master);
			master.resume();
			longAwait().until(() -> String.valueOf(master.call("INFO", "replication")).contains("role:slave"));
			flow.awaitMore(100);
			flow.close();
			List<String> acknowledged = flow.acknowledged().all();
			longAwait().until(() -> this.texts.received.all().contains(acknowledged.get(acknowledged.size() - 1)));
		}
	}

	static final class Texts {

		final Received<String> received = new Received<>();

		@QueueListener("${test.queue}")
		void on(String text) {
			this.received.add(text);
		}

	}

}
