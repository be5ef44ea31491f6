package io.github.queuestarter.endtoend;

import java.util.Map;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.core.SendOptions;
import io.github.queuestarter.servers.LocalServer;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.commons.logging.LogFactory;
import io.github.queuestarter.listener.QueueListenerRegistry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The store goes away and comes back.
 */
abstract class OutageContract extends EndToEndTest {

	private LocalServer server;

	/**
	 * Start a server of the test's own, which keeps its data.
	 */
	abstract LocalServer startServer();

	@BeforeEach
	void startOwnServer() {
		this.server = startServer();
	}

	@AfterEach
	@Override
	void closeWhatWasStarted() {
		super.closeWhatWasStarted();
		this.server.close();
	}

	/**
	 * Remove all data, as an operator does by mistake.
	 */
	abstract void wipe();

	private final Texts texts = new Texts();

	private final Events events = new Events();

	private Application startListening() {
		return start(application().listener(this.texts)
			.listener(this.events)
			.with("spring.data.redis.timeout", "1s")
			.with("spring.datasource.hikari.connection-timeout", "1000"));
	}

	private static Health health(Application application) {
		Health health = application.context().getBean("queueHealthIndicator", HealthIndicator.class).health();
		assertThat(health).isNotNull();
		return health;
	}

	@Test
	void listenerRecoversFromAKilledServer() {
		Application application = startListening();
		application.template().send(this.queue, "before");
		this.texts.received.await(1);
		await().until(() -> health(application).getStatus().equals(Status.UP));
		this.server.kill();
		await().until(() -> health(application).getStatus().equals(Status.DOWN));
		await().until(() -> this.events.of(QueueEvent.PollFailed.class).size() >= 2);
		this.server.start();
		awaitSend(application, "after");
		await().until(() -> this.texts.received.all().contains("after"));
		await().until(() -> health(application).getStatus().equals(Status.UP));
		assertThat(this.events.of(QueueEvent.PollFailed.class)).hasSizeLessThan(100);
	}

	@Test
	void listenerRecoversFromAServerThatHangs() {
		Application application = startListening();
		application.template().send(this.queue, "before");
		this.texts.received.await(1);
		this.server.suspend();
		try {
			await().until(() -> this.events.of(QueueEvent.HeartbeatFailed.class).size() >= 2);
		}
		finally {
			this.server.resume();
		}
		awaitSend(application, "after");
		await().until(() -> this.texts.received.all().contains("after"));
	}

	@Test
	void listenerRecoversFromTheLossOfAllData() {
		Application application = startListening();
		application.template().send(this.queue, "before");
		this.texts.received.await(1);
		wipe();
		awaitSend(application, "after");
		await().until(() -> this.texts.received.all().contains("after"));
	}

	@Test
	void ephemeralListenerGoesOnAfterAKilledServerAndAfterTheLossOfAllData() {
		FanOutContract.Board board = new FanOutContract.Board();
		Application application = start(application().listener(board)
			.with("spring.data.redis.timeout", "1s")
			.with("spring.datasource.hikari.connection-timeout", "1000"));
		await().until(() -> health(application).getDetails().toString().contains("lastPoll=2"));
		application.template().send(this.queue, "before");
		board.received.await(1);
		this.server.kill();
		this.server.start();
		awaitSend(application, "after");
		await().until(() -> board.received.all().contains("after"));
		assertThat(board.received.all()).startsWith("before", "after");
		wipe();
		await().until(() -> {
			awaitSend(application, "anew");
			return board.received.all().contains("anew");
		});
	}

	@Test
	void healthIsDownWhenAListenerCannotPollAlthoughItsStoreAnswers() {
		Application application = startListening();
		await().until(() -> health(application).getStatus().equals(Status.UP));
		breakQueue();
		await().until(() -> health(application).getStatus().equals(Status.DOWN));
		assertThat(health(application).getDetails().get("problems")).asString().contains("has stopped polling");
		assertThat(health(application).getDetails().get("backends")).asString().contains("=up");
		repairQueue();
		await().until(() -> health(application).getStatus().equals(Status.UP));
		awaitSend(application, "after");
		await().until(() -> this.texts.received.all().contains("after"));
	}

	/**
	 * Make polls fail while the server answers.
	 */
	abstract void breakQueue();

	abstract void repairQueue();

	@Test
	void healthIsDownWhenAnInstanceCannotBeatAlthoughItsStoreAnswers() {
		Application application = startListening();
		await().until(() -> health(application).getStatus().equals(Status.UP));
		breakHeartbeat();
		await().until(() -> health(application).getStatus().equals(Status.DOWN));
		assertThat(health(application).getDetails().get("problems")).asString()
			.contains("has stopped polling", "heartbeat");
		assertThat(health(application).getDetails().get("backends")).asString().contains("=up");
		repairHeartbeat();
		await().until(() -> health(application).getStatus().equals(Status.UP));
		awaitSend(application, "after");
		await().until(() -> this.texts.received.all().contains("after"));
	}

	/**
	 * Make heartbeats and registrations fail while all else works.
	 */
	abstract void breakHeartbeat();

	abstract void repairHeartbeat();

	@Test
	void healthNamesWhatItKnowsOfEachGroup() {
		Application application = startListening();
		application.template().send(this.queue, "x");
		this.texts.received.await(1);
		application.admin().pause(this.queue, "default");
		await().until(() -> health(application).getStatus().equals(Status.UP));
		Map<?, ?> queues = (Map<?, ?>) health(application).getDetails().get("queues");
		assertThat(queues).isNotNull();
		Map<?, ?> group = (Map<?, ?>) ((Map<?, ?>) queues.get(this.queue)).get("default");
		assertThat(group.keySet()).asString()
			.contains("backend", "paused", "lag", "pending", "scheduled", "deadLetters", "listener");
		assertThat(group.get("paused")).isEqualTo(true);
	}

	@Test
	void healthCountsWhatWaitsAndAPauseThatLastsLeavesItUp() {
		Application application = startListening();
		await().untilAsserted(() -> application.admin().pause(this.queue, "default"));
		// the listener has noticed, and several times the expiry is over
		await().pollDelay(Duration.ofSeconds(5)).until(() -> true);
		application.template().sendAll(this.queue, List.of("a", "b"));
		application.template().send(this.queue, "later", SendOptions.delay(Duration.ofHours(1)));
		assertThat(health(application).getStatus()).isEqualTo(Status.UP);
		Map<?, ?> queues = (Map<?, ?>) health(application).getDetails().get("queues");
		assertThat(queues).isNotNull();
		Map<?, ?> group = (Map<?, ?>) ((Map<?, ?>) queues.get(this.queue)).get("default");
		assertThat(group.toString()).contains("paused=true", "lag=2", "pending=0", "scheduled=1", "deadLetters=0");
		assertThat(group.get("listener").toString()).contains("running=true", "polling=true", "registered=true",
				"consecutiveErrors=0");
	}

	@Test
	void serverThatHangsKeepsNeitherHealthNorMetersNorTheStopWaiting() {
		Application application = start(application().listener(this.texts).with("spring.data.redis.timeout", "60s"));
		application.template().send(this.queue, "before");
		this.texts.received.await(1);
		MeterRegistry meters = application.bean(MeterRegistry.class);
		await().until(() -> ready(meters) == 0);
		this.server.suspend();
		try {
			// what was read last is stale then
			await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
			long began = System.nanoTime();
			ready(meters);
			Duration scrape = Duration.ofNanos(System.nanoTime() - began);
			began = System.nanoTime();
			assertThat(health(application).getStatus()).isEqualTo(Status.DOWN);
			Duration check = Duration.ofNanos(System.nanoTime() - began);
			began = System.nanoTime();
			application.bean(QueueListenerRegistry.class).stop();
			Duration stop = Duration.ofNanos(System.nanoTime() - began);
			LogFactory.getLog(getClass()).info("scrape " + scrape + ", health " + check + ", stop " + stop);
			assertThat(scrape).isLessThan(Duration.ofSeconds(5));
			assertThat(check).isLessThan(Duration.ofSeconds(8));
			assertThat(stop).isLessThan(Duration.ofSeconds(28));
		}
		finally {
			this.server.resume();
		}
	}

	private double ready(MeterRegistry meters) {
		return meters.get("queue.messages.ready").tag("queue", this.queue).gauge().value();
	}

	private void awaitSend(Application application, String text) {
		await().ignoreExceptions().until(() -> application.template().send(this.queue, text) != null);
	}

	static final class Texts {

		final Received<String> received = new Received<>();

		@QueueListener("${test.queue}")
		void on(String text) {
			this.received.add(text);
		}

	}

}
