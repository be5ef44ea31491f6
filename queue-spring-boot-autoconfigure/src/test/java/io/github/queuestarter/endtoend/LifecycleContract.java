package io.github.queuestarter.endtoend;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.queuestarter.Delivery;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.listener.QueueListenerRegistry;
import io.github.queuestarter.store.Consumers;
import io.github.queuestarter.store.QueueStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.MeterNotFoundException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Instances come, go, pause, are slow, and are taken for dead.
 */
@Tag("newer-jdk")
abstract class LifecycleContract extends EndToEndTest {

	@Test
	void handlerThatOutlivesTheHeartbeatExpiryIsNotDeliveredTwice() {
		Waiting first = new Waiting();
		Waiting second = new Waiting();
		Application application = start(application().listener(first).with("queue.heartbeat.expiry", "3s"));
		start(application().listener(second).with("queue.heartbeat.expiry", "3s"));
		application.template().send(this.queue, "long");
		await().until(() -> first.started.all().size() + second.started.all().size() == 1);
		// three times the expiry
		await().pollDelay(Duration.ofSeconds(9)).until(() -> true);
		application.template().send(this.queue, "sentinel");
		await().until(() -> first.started.all().size() + second.started.all().size() == 2);
		first.mayGoOn.countDown();
		second.mayGoOn.countDown();
		await().until(() -> application.admin().stats(this.queue, "default").pending().value() == 0);
		assertThat(Stream.concat(first.started.all().stream(), second.started.all().stream()).toList())
			.extracting(Delivery::attempt)
			.containsExactly(1, 1);
	}

	@Test
	void stoppingLetsHandlersFinishAndGivesTheRestBackUncounted() {
		Waiting first = new Waiting();
		Application stopping = start(application().listener(first).with("queue.listener.prefetch", 20));
		stopping.template().sendAll(this.queue, IntStream.range(0, 10).mapToObj(String::valueOf).toList());
		first.started.await(1);
		await().until(() -> stopping.admin().stats(this.queue, "default").inFlight().value() == 10);
		Thread closer = new Thread(stopping::close);
		closer.start();
		Waiting second = new Waiting();
		second.mayGoOn.countDown();
		Application next = start(second);
		List<Delivery> deliveries = second.started.await(9);
		assertThat(deliveries).hasSize(9).extracting(Delivery::attempt).containsOnly(1);
		first.mayGoOn.countDown();
		await().until(() -> !closer.isAlive());
		await().until(() -> next.admin().stats(this.queue, "default").pending().value() == 0);
		assertThat(first.finished.all()).hasSize(1);
		assertThat(second.started.all()).hasSize(9);
	}

	@Test
	void handlerThatDoesNotFinishWithinTheGracePeriodIsInterruptedAndItsMessageGivenBack() {
		Waiting first = new Waiting();
		Application stopping = start(application().listener(first).with("queue.shutdown.grace-period", "200ms"));
		stopping.template().send(this.queue, "x");
		first.started.await(1);
		stopping.close();
		assertThat(first.interrupted.await(1)).hasSize(1);
		Waiting second = new Waiting();
		second.mayGoOn.countDown();
		start(second);
		assertThat(second.started.await(1).get(0).attempt()).isEqualTo(1);
		assertThat(second.started.all().get(0).crashes()).isZero();
	}

	@Test
	void messageOfAHandlerThatDoesNotEndWithItsApplicationIsGivenBack() {
		FailureContract.Deaf deaf = new FailureContract.Deaf();
		Application stopping = start(application().listener(deaf).with("queue.shutdown.grace-period", "200ms"));
		stopping.template().send(this.queue, "x");
		deaf.deliveries.await(1);
		stopping.close();
		Waiting next = new Waiting();
		Application application = start(next);
		Delivery again = next.started.await(1).get(0);
		assertThat(again.attempt()).isEqualTo(1);
		assertThat(again.crashes()).isZero();
		deaf.mayHear.countDown();
		next.mayGoOn.countDown();
		await().until(() -> isDone(application, this.queue));
		assertThat(next.started.all()).hasSize(1);
	}

	@Test
	void pauseAndResumeAreSeenByAllInstances() {
		Waiting first = new Waiting();
		Waiting second = new Waiting();
		first.mayGoOn.countDown();
		second.mayGoOn.countDown();
		Application application = start(first);
		Application other = start(second);
		application.template().send(this.queue, "before");
		await().until(() -> first.started.all().size() + second.started.all().size() == 1);
		application.admin().pause(this.queue, "default");
		assertThat(other.admin().stats(this.queue, "default").paused()).isTrue();
		// both have noticed once they have polled a few times
		await().pollDelay(Duration.ofSeconds(5)).until(() -> true);
		application.template().sendAll(this.queue, List.of("a", "b", "c"));
		await().pollDelay(Duration.ofMillis(1000))
			.until(() -> application.admin().stats(this.queue, "default").ready().value() == 3);
		assertThat(first.started.all().size() + second.started.all().size()).isEqualTo(1);
		other.admin().resume(this.queue, "default");
		await().until(() -> first.started.all().size() + second.started.all().size() == 4);
	}

	@Test
	void messagesBehindABusyHandlerGoToAnInstanceThatHasTime() {
		Waiting busy = new Waiting();
		Application application = start(application().listener(busy).with("queue.listener.prefetch", 20));
		application.template().sendAll(this.queue, IntStream.range(0, 10).mapToObj(String::valueOf).toList());
		busy.started.await(1);
		await().until(() -> application.admin().stats(this.queue, "default").inFlight().value() == 10);
		Waiting idle = new Waiting();
		idle.mayGoOn.countDown();
		start(idle);
		assertThat(idle.finished.await(9)).hasSize(9).extracting(Delivery::attempt).containsOnly(1);
		assertThat(busy.started.all()).hasSize(1);
		busy.mayGoOn.countDown();
	}

	@Test
	void messagesBehindABusyHandlerStayWhereOthersListenAsAnotherGroup() {
		Waiting busy = new Waiting();
		Events events = new Events();
		Application application = start(
				application().listener(busy).listener(events).with("queue.listener.prefetch", 20));
		awaitGroups(start(application().listener(new OtherGroup())));
		application.template().sendAll(this.queue, IntStream.range(0, 10).mapToObj(String::valueOf).toList());
		busy.started.await(1);
		await().until(() -> application.admin().stats(this.queue, "default").inFlight().value() == 10);
		// ten heartbeats
		await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
		busy.mayGoOn.countDown();
		busy.finished.await(10);
		assertThat(events.of(QueueEvent.Settled.class))
			.filteredOn((settled) -> settled.kind() == QueueEvent.Settled.Kind.RELEASE)
			.isEmpty();
	}

	@Test
	void fencedInstanceInterruptsItsHandlerAndGoesOnUnderANewName() {
		Waiting first = new Waiting();
		Events events = new Events();
		Application application = start(application().listener(first).listener(events));
		application.template().send(this.queue, "x");
		first.started.await(1);
		fenceEverybody(start(application()));
		await().until(() -> !events.of(QueueEvent.LostRegistration.class).isEmpty());
		await().until(() -> first.interrupted.all().size() == 1);
		// rescued by the same instance under its new name
		Delivery again = first.started.await(2).get(1);
		assertThat(again.crashes()).isEqualTo(1);
		assertThat(again.attempt()).isEqualTo(1);
		first.mayGoOn.countDown();
		await().until(() -> application.admin().stats(this.queue, "default").pending().value() == 0);
		await().ignoreExceptionsInstanceOf(MeterNotFoundException.class)
			.until(() -> application.bean(MeterRegistry.class)
				.get("queue.rescued")
				.tag("queue", this.queue)
				.tag("group", "default")
				.counter()
				.count() > 0);
		assertThat(events.of(QueueEvent.Rescued.class)).filteredOn((rescued) -> rescued.queue().equals(this.queue))
			.singleElement()
			.satisfies((rescued) -> assertThat(rescued.count()).isEqualTo(1));
	}

	@Test
	void applicationThatSharesTheDefaultGroupOfAnotherIsWarned() {
		Events first = new Events();
		Events second = new Events();
		awaitGroups(start(application().listener(new Named()).listener(first)));
		awaitGroups(
				start(application().listener(new Named()).listener(second).with("spring.application.name", "billing")));
		assertThat(warningsOfSharing(second)).singleElement()
			.asString()
			.contains("'default'", this.queue, "'orders'", "'billing'");
		assertThat(warningsOfSharing(first)).isEmpty();
	}

	/**
	 * Who has polled has made its group before, and was warned.
	 */
	private static void awaitGroups(Application application) {
		await().until(() -> application.bean(QueueListenerRegistry.class)
			.states()
			.stream()
			.allMatch((state) -> state.lastPoll() != null));
	}

	private List<String> warningsOfSharing(Events events) {
		return events.of(QueueEvent.Warning.class)
			.stream()
			.map(QueueEvent.Warning::text)
			.filter((text) -> text.contains("was made by"))
			.toList();
	}

	static final class Named {

		@QueueListener("${test.queue}")
		void unnamed(String text) {
		}

		@QueueListener(queue = "${test.queue}", group = "named")
		void named(String text) {
		}

	}

	@Test
	void startDuringAStopThatTakesLongListensAgain() throws InterruptedException {
		Waiting waiting = new Waiting();
		Application application = start(waiting);
		application.template().send(this.queue, "long");
		waiting.started.await(1);
		QueueListenerRegistry registry = application.bean(QueueListenerRegistry.class);
		Thread stopping = new Thread(registry::stop);
		stopping.start();
		await().until(() -> !registry.isRunning());
		Thread starting = new Thread(registry::start);
		starting.start();
		await().pollDelay(Duration.ofMillis(500)).until(() -> true);
		waiting.mayGoOn.countDown();
		stopping.join();
		starting.join();
		application.template().send(this.queue, "after");
		waiting.finished.await(2);
		assertThat(registry.states()).hasSize(1);
	}

	/**
	 * Do what another instance does that takes this one for dead.
	 */
	private void fenceEverybody(Application application) {
		Consumers consumers = application.bean(QueueStore.class).consumers();
		String domain = consumers.domainOf(this.queue);
		String self = "queue~test~1~" + this.queue.hashCode();
		consumers.register(domain, self);
		Set<String> left = new HashSet<>(others(consumers, domain, self).keySet());
		assertThat(left).isNotEmpty();
		// one that beats in between is not fenced, and is tried again
		await().until(() -> {
			consumers.register(domain, self);
			Map<String, Long> counters = others(consumers, domain, self);
			left.removeIf((other) -> !counters.containsKey(other)
					|| consumers.fence(domain, self, other, counters.get(other)));
			return left.isEmpty();
		});
		consumers.retire(domain, self);
	}

	private static Map<String, Long> others(Consumers consumers, String domain, String self) {
		Consumers.Beat beat = consumers.beat(Map.of(domain, new Consumers.Self(self, Set.of()))).get(domain);
		assertThat(beat).isNotNull();
		return beat.others();
	}

	static final class OtherGroup {

		@QueueListener(queue = "${test.queue}", group = "other")
		void on(String text) {
		}

	}

	static final class Waiting {

		final Received<Delivery> started = new Received<>();

		final Received<Delivery> finished = new Received<>();

		final Received<Delivery> interrupted = new Received<>();

		final CountDownLatch mayGoOn = new CountDownLatch(1);

		@QueueListener(queue = "${test.queue}")
		void on(String payload, Delivery delivery) throws InterruptedException {
			this.started.add(delivery);
			if (payload.equals("sentinel")) {
				return;
			}
			try {
				this.mayGoOn.await(60, TimeUnit.SECONDS);
				this.finished.add(delivery);
			}
			catch (InterruptedException ex) {
				this.interrupted.add(delivery);
				throw ex;
			}
		}

	}

}
