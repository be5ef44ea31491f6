package io.github.queuestarter.endtoend;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.queuestarter.Delivery;
import io.github.queuestarter.Outcome;
import io.github.queuestarter.PageRequest;
import io.github.queuestarter.PermanentFailureException;
import io.github.queuestarter.Position;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueException;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.Rewound;
import io.github.queuestarter.listener.QueueListenerRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Every instance reads; and a group is set back while it is read.
 */
abstract class FanOutContract extends EndToEndTest {

	private final Events events = new Events();

	private Application startReading(Object listener) {
		Application application = start(application().listener(listener).listener(this.events));
		await().until(() -> application.bean(QueueListenerRegistry.class)
			.states()
			.stream()
			.allMatch((state) -> state.lastPoll() != null));
		return application;
	}

	@Test
	void everyInstanceHandlesEveryMessageFromThenOnAndLeavesNothing() {
		Board one = new Board();
		Board other = new Board();
		Application first = startReading(one);
		Application second = startReading(other);
		first.template().send(this.queue, "1");
		second.template().send(this.queue, "2");
		assertThat(one.received.await(2)).containsExactly("1", "2");
		assertThat(other.received.await(2)).containsExactly("1", "2");
		second.close();
		first.template().send(this.queue, "3");
		assertThat(one.received.await(3)).containsExactly("1", "2", "3");
		Board late = new Board();
		startReading(late);
		first.template().send(this.queue, "4");
		assertThat(late.received.await(1)).containsExactly("4");
		assertThat(other.received.all()).hasSize(2);
		assertThat(first.admin().stats()).noneMatch((stats) -> stats.queue().equals(this.queue));
	}

	@Test
	void failureIsCountedAndDroppedAndTheListenerGoesOn() {
		Board board = new Board();
		Application application = startReading(board);
		for (String text : List.of("throw", "bury", "again", "release", "ok")) {
			application.template().send(this.queue, text);
		}
		board.received.await(5);
		await().until(() -> application.bean(MeterRegistry.class)
			.get("queue.dropped")
			.tag("queue", this.queue)
			.tag("group", "ephemeral")
			.tag("backend", backend().name())
			.counter()
			.count() == 4);
		assertThat(this.events.of(QueueEvent.Dropped.class)).extracting((dropped) -> dropped.failure().reason())
			.anyMatch((reason) -> reason.contains("by the test"));
		assertThat(board.received.all()).containsExactly("throw", "bury", "again", "release", "ok");
		assertThat(application.admin().stats()).noneMatch((stats) -> stats.queue().equals(this.queue));
		assertThat(this.events.of(QueueEvent.Failed.class)).isEmpty();
	}

	@Test
	void instancesShowAsOneNameInHealthAndMeters() {
		Application application = startReading(new Board());
		startReading(new Board());
		Health health = application.context().getBean("queueHealthIndicator", HealthIndicator.class).health();
		assertThat(health).isNotNull();
		Map<?, ?> groups = (Map<?, ?>) ((Map<?, ?>) health.getDetails().get("queues")).get(this.queue);
		assertThat(groups.keySet()).asString().isEqualTo("[ephemeral]");
		assertThat(((Map<?, ?>) groups.get("ephemeral")).get("listener")).asString()
			.contains("polling=true", "registered=true");
		assertThat(application.bean(MeterRegistry.class).find("queue.messages.ready").tag("queue", this.queue).gauges())
			.isEmpty();
		assertThat(application.bean(MeterRegistry.class)
			.get("queue.handlers.oldest")
			.tag("queue", this.queue)
			.tag("group", "ephemeral")
			.timeGauges()).hasSize(1);
	}

	@Test
	void positionOfNewGroupsAndOfReadersIsAKey() {
		Application sender = start(application());
		String first = sender.template().send(this.queue, "1");
		String second = sender.template().send(this.queue, "2");
		Board board = new Board();
		Shared shared = new Shared();
		String groups = "queue.queues." + this.queue + ".groups.";
		// What is finished before the other has begun to read is not kept for it
		// otherwise
		String keepDone = "queue.queues." + this.queue + ".retention.keep-done";
		start(application().listener(board)
			.listener(shared)
			.with(keepDone, "1h")
			.with(groups + "ephemeral.start-from", first)
			.with(groups + "shared.start-from", second));
		assertThat(board.received.await(2)).containsExactly("1", "2");
		assertThat(shared.received.await(1)).containsExactly("2");
		Board since = new Board();
		start(application().listener(since)
			.with(keepDone, "1h")
			.with(groups + "ephemeral.start-from", Instant.now().minus(Duration.ofHours(1)).toString()));
		assertThat(since.received.await(2)).containsExactly("1", "2");
	}

	@Test
	void processThatIsKilledLeavesNothingAndOneThatWasFrozenMissesNothing() throws Exception {
		Application sender = start(application());
		Map<String, String> properties = new LinkedHashMap<>(backend().properties());
		properties.put("test.queue", this.queue);
		properties.put("worker.ephemeral", "true");
		properties.put("queue.queues." + this.queue + ".groups.ephemeral.start-from", "earliest");
		try (WorkerProcess killed = WorkerProcess.start(properties);
				WorkerProcess frozen = WorkerProcess.start(properties)) {
			killed.awaitStarted();
			frozen.awaitStarted();
			sender.template().send(this.queue, "1");
			awaitHandled(killed, "1");
			awaitHandled(frozen, "1");
			killed.kill();
			frozen.signal("STOP");
			sender.template().send(this.queue, "2");
			// longer than the expiry after which a consumer would have been fenced
			await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
			assertThat(sender.admin().stats()).noneMatch((stats) -> stats.queue().equals(this.queue));
			frozen.signal("CONT");
			sender.template().send(this.queue, "3");
			awaitHandled(frozen, "1", "2", "3");
		}
	}

	private static void awaitHandled(WorkerProcess process, String... payloads) {
		await().atMost(Duration.ofSeconds(60))
			.untilAsserted(() -> assertThat(process.handled()).extracting(WorkerProcess.Line::payload)
				.containsExactly(payloads));
	}

	@Test
	void operatorRewindsAGroupThatIsRead() {
		Shared shared = new Shared();
		Application application = start(
				application().listener(shared).with("queue.queues." + this.queue + ".retention.keep-done", "1h"));
		List<String> ids = application.template().sendAll(this.queue, List.of("1", "2", "3"));
		shared.received.await(3);
		await().until(() -> application.admin().stats(this.queue, "shared").pending().value() == 0);
		Rewound rewound = application.admin().rewind(this.queue, "shared", Position.of(ids.get(1)));
		assertThat(rewound.firstId()).isEqualTo(ids.get(1));
		assertThat(shared.received.await(5)).containsExactly("1", "2", "3", "2", "3");
		await().until(() -> application.admin().stats(this.queue, "shared").pending().value() == 0);
		application.admin().rewind(this.queue, "shared", Position.at(Instant.EPOCH));
		assertThat(shared.received.await(8).subList(5, 8)).containsExactly("1", "2", "3");
		assertThatExceptionOfType(QueueException.class)
			.isThrownBy(() -> application.admin().rewind(this.queue, "unknown", Position.earliest()))
			.withMessageContaining("no group 'unknown'");
	}

	@Test
	void handlerAtWorkWhileItsGroupIsRewoundDecidesNothingAndItsMessageComesAgain() {
		Slow slow = new Slow();
		Application application = start(application().listener(slow)
			.listener(this.events)
			.with("queue.queues." + this.queue + ".concurrency", "2")
			.with("queue.queues." + this.queue + ".retention.keep-done", "1h"));
		String id = application.template().send(this.queue, "a");
		slow.received.await(1);
		application.admin().rewind(this.queue, "shared", Position.earliest());
		slow.received.await(2);
		slow.firstMayEnd.countDown();
		await().until(() -> this.events.of(QueueEvent.Stale.class)
			.stream()
			.anyMatch((stale) -> stale.ids().equals(List.of(id))));
		slow.secondMayEnd.countDown();
		await().until(() -> application.admin().stats(this.queue, "shared").pending().value() == 0);
		assertThat(application.admin().deadLetters(this.queue, "shared", PageRequest.first(10)).deadLetters())
			.isEmpty();
		assertThat(slow.received.all()).hasSize(2);
		assertThat(Set.copyOf(slow.received.all())).containsExactly(id);
	}

	static final class Board {

		final Received<String> received = new Received<>();

		@QueueListener(queue = "${test.queue}", ephemeral = true)
		Outcome on(String text) throws IOException {
			this.received.add(text);
			return switch (text) {
				case "throw" -> throw new IOException("by the test");
				case "bury" -> Outcome.bury("no");
				case "again" -> Outcome.retryAfter(Duration.ofMillis(1));
				case "release" -> Outcome.release(Duration.ZERO);
				default -> Outcome.done();
			};
		}

	}

	static final class Shared {

		final Received<String> received = new Received<>();

		@QueueListener(queue = "${test.queue}", group = "shared")
		void on(String text) {
			this.received.add(text);
		}

	}

	static final class Slow {

		final Received<String> received = new Received<>();

		final CountDownLatch firstMayEnd = new CountDownLatch(1);

		final CountDownLatch secondMayEnd = new CountDownLatch(1);

		@QueueListener(queue = "${test.queue}", group = "shared")
		void on(String text, Delivery delivery) throws InterruptedException {
			boolean isFirst = this.received.all().isEmpty();
			this.received.add(delivery.id());
			(isFirst ? this.firstMayEnd : this.secondMayEnd).await(30, TimeUnit.SECONDS);
			if (isFirst) {
				throw new PermanentFailureException("would be buried");
			}
		}

	}

}
