package io.github.queuestarter.endtoend;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.queuestarter.DeadLetter;
import io.github.queuestarter.Failure;
import io.github.queuestarter.PageRequest;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.endtoend.WorkerProcess.Line;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Processes that are killed, and messages that kill processes.
 */
abstract class CrashContract extends EndToEndTest {

	private static final Duration EXPIRY = Duration.ofSeconds(8);

	private Map<String, String> properties() {
		Map<String, String> properties = new LinkedHashMap<>(backend().properties());
		properties.put("test.queue", this.queue);
		properties.put("queue.heartbeat.interval", "2s");
		properties.put("queue.heartbeat.expiry", EXPIRY.toMillis() + "ms");
		return properties;
	}

	@Test
	void killingOneOfTwoProcessesLosesNothingAndTheOtherFinishesInTime() {
		int messages = 5000;
		Application sender = start(application());
		Map<String, String> properties = properties();
		properties.put("queue.listener.concurrency", "4");
		properties.put("worker.micros", "5000");
		try (WorkerProcess one = WorkerProcess.start(properties);
				WorkerProcess other = WorkerProcess.start(properties)) {
			one.awaitStarted();
			other.awaitStarted();
			sender.template().sendAll(this.queue, IntStream.range(0, messages).mapToObj(String::valueOf).toList());
			Awaitility.await()
				.atMost(Duration.ofSeconds(60))
				.pollInterval(Duration.ofMillis(5))
				.until(() -> one.handled().size() > 200 || other.handled().size() > 200);
			// whoever is at work, for sure: how the two share is up to them
			WorkerProcess victim = (one.handled().size() > 200) ? one : other;
			WorkerProcess survivor = (victim == one) ? other : one;
			victim.kill();
			long killed = System.nanoTime();
			assertThat(handledBy(victim, survivor)).hasSizeLessThan(messages);
			awaitAllHandled(messages, victim, survivor);
			long last = survivor.handled().get(survivor.handled().size() - 1).nanoTime();
			assertThat(Duration.ofNanos(last - killed)).isLessThan(EXPIRY.multipliedBy(2));
			assertThat(victim.handled().size() + survivor.handled().size() - messages).as("handled twice")
				.isLessThan(1100);
			await().until(() -> sender.admin().stats(this.queue, "default").pending().value() == 0);
		}
	}

	private static void awaitAllHandled(int messages, WorkerProcess victim, WorkerProcess survivor) {
		try {
			Awaitility.await()
				.atMost(Duration.ofSeconds(60))
				.pollInterval(Duration.ofMillis(50))
				.until(() -> handledBy(victim, survivor).size() == messages);
		}
		catch (ConditionTimeoutException ex) {
			throw new AssertionError(handledBy(victim, survivor).size() + " of " + messages
					+ " handled. The survivor said:\n" + survivor.log(), ex);
		}
	}

	@Test
	void processThatWasIdleForLongRescuesInTime() {
		Map<String, String> properties = properties();
		properties.put("worker.micros", String.valueOf(TimeUnit.MINUTES.toMicros(5)));
		Received<String> rescued = new Received<>();
		Application sender = start(application());
		try (WorkerProcess victim = WorkerProcess.start(properties)) {
			victim.awaitStarted();
			sender.template().send(this.queue, "a");
			await().until(() -> sender.admin().stats(this.queue, "default").inFlight().value() == 1);
			start(application().with("queue.heartbeat.interval", "2s")
				.with("queue.heartbeat.expiry", EXPIRY.toMillis() + "ms")
				.with("queue.housekeeping.interval", "20ms")
				.listener(new Idle(rescued)));
			// many rounds of everything, and patience at its ceiling
			Awaitility.await().pollDelay(Duration.ofSeconds(5)).until(() -> true);
			assertThat(rescued.all()).isEmpty();
			long killed = System.nanoTime();
			victim.kill();
			rescued.await(1);
			assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(EXPIRY.multipliedBy(2));
		}
	}

	private static Set<String> handledBy(WorkerProcess... processes) {
		Set<String> payloads = new HashSet<>();
		Stream.of(processes).flatMap((process) -> process.handled().stream()).map(Line::payload).forEach(payloads::add);
		return payloads;
	}

	@Test
	void messageThatKillsProcessesIsBuriedAndItsNeighboursAreNot() {
		Application sender = start(application());
		Map<String, String> properties = properties();
		properties.put("queue.listener.concurrency", "2");
		properties.put("queue.heartbeat.interval", "300ms");
		properties.put("queue.heartbeat.expiry", "1500ms");
		properties.put("queue.listener.max-crashes", "3");
		sender.template().sendAll(this.queue, List.of("a", "b", "kill", "c", "d"));
		Set<String> handled = new HashSet<>();
		int processes = 0;
		do {
			processes++;
			assertThat(processes).as("processes that were killed").isLessThan(8);
			try (WorkerProcess process = WorkerProcess.start(properties)) {
				process.awaitStarted();
				await().atMost(Duration.ofSeconds(40))
					.until(() -> !process.isAlive()
							|| (!deadLetters(sender).isEmpty() && handled.size() + handledBy(process).size() >= 4));
				process.kill();
				handled.addAll(handledBy(process));
			}
		}
		while (deadLetters(sender).isEmpty() || handled.size() < 4);
		assertThat(handled).containsExactlyInAnyOrder("a", "b", "c", "d");
		DeadLetter dead = deadLetters(sender).get(0);
		assertThat(deadLetters(sender)).hasSize(1);
		assertThat(dead.payload().asText()).isEqualTo("kill");
		assertThat(dead.failure().kind()).isEqualTo(Failure.Kind.CRASHED);
		assertThat(dead.crashes()).isEqualTo(3);
	}

	private List<DeadLetter> deadLetters(Application application) {
		return application.admin().deadLetters(this.queue, "default", PageRequest.first(10)).deadLetters();
	}

	static final class Idle {

		private final Received<String> received;

		Idle(Received<String> received) {
			this.received = received;
		}

		@QueueListener("${test.queue}")
		void on(String payload) {
			this.received.add(payload);
		}

	}

}
