package io.github.queuestarter.endtoend;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.github.queuestarter.GroupStats;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueException;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.core.SendOptions;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.MeterNotFoundException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.HealthIndicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the housekeeper does by itself, and what an operator sees of it.
 */
abstract class HousekeepingContract extends EndToEndTest {

	private final Reader reader = new Reader();

	/**
	 * Make it look as if the last sign of life of a group were so old.
	 */
	abstract void age(Application application, String queue, String group, Duration age);

	private Application.Builder keeper() {
		return application().with("queue.housekeeping.interval", "50ms").listener(this.reader);
	}

	private double counter(Application application, String name, String queue) {
		try {
			return application.bean(MeterRegistry.class)
				.get(name)
				.tag("queue", queue)
				.tag("backend", backend().name())
				.counter()
				.count();
		}
		catch (MeterNotFoundException ex) {
			return -1;
		}
	}

	private List<String> groups(Application application) {
		return application.admin()
			.stats()
			.stream()
			.filter((stats) -> stats.queue().equals(this.queue))
			.map(GroupStats::group)
			.sorted()
			.toList();
	}

	@Test
	void whatIsRemovedAndWhatIsDroppedIsCounted() {
		Application application = start(keeper().with("queue.queues." + this.queue + ".retention.max-length", "5")
			.with("queue.queues." + this.queue + ".retention.lossy", "true")
			.with("queue.queues." + this.queue + ".prefetch", "0"));
		application.template().send(this.queue, "wait");
		this.reader.received.await(1);
		assertThat(counter(application, "queue.messages.trimmed", this.queue)).isZero();
		application.template().sendAll(this.queue, IntStream.range(0, 500).mapToObj(Integer::toString).toList());
		await().until(() -> counter(application, "queue.messages.trimmed", this.queue) == 495);
		this.reader.mayGoOn.countDown();
		this.reader.received.await(6);
		await().until(() -> counter(application, "queue.messages.removed", this.queue) == 6);
		assertThat(counter(application, "queue.messages.trimmed", this.queue)).isEqualTo(495);
		assertThat(this.reader.received.all()).hasSize(6).startsWith("wait").endsWith("499");
	}

	/**
	 * Rests are 24 seconds here, and rounds 2.
	 */
	@Test
	void whatIsFinishedAfterALongRestIsRemovedInTheNextRound() {
		Application application = start(application().with("queue.housekeeping.interval", "2s").listener(this.reader));
		Awaitility.await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
		application.template().send(this.queue, "a");
		this.reader.received.await(1);
		await().atMost(Duration.ofSeconds(15))
			.until(() -> counter(application, "queue.messages.removed", this.queue) == 1);
	}

	@Test
	void finishedMessageOfAQueueThatRestsGoesWhenItComesOfAge() {
		Application application = start(application().with("queue.housekeeping.interval", "2s")
			.with("queue.queues." + this.queue + ".retention.keep-done", "5s")
			.listener(this.reader));
		application.template().send(this.queue, "a");
		this.reader.received.await(1);
		await().atMost(Duration.ofSeconds(18))
			.until(() -> counter(application, "queue.messages.removed", this.queue) == 1);
	}

	@Test
	void whatOnlyOthersFinishIsRemovedInTheEnd() {
		Left left = new Left();
		start(application().with("queue.housekeeping.interval", "1h").listener(left));
		Application application = start(keeper());
		await().until(() -> groups(application).equals(List.of("default", "left")));
		application.template().send(this.queue, "wait");
		this.reader.mayGoOn.countDown();
		this.reader.received.await(1);
		Awaitility.await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
		assertThat(counter(application, "queue.messages.removed", this.queue)).isZero();
		left.mayGoOn.countDown();
		await().until(() -> counter(application, "queue.messages.removed", this.queue) == 1);
	}

	@Test
	void deadLettersBeyondTheLimitOfTheirGroupAreRemovedAndCounted() {
		Application application = start(application().with("queue.housekeeping.interval", "50ms")
			.with("queue.queues." + this.queue + ".dead-letter.max-length", "2")
			.with("queue.queues." + this.queue + ".retry.max-attempts", "1")
			.listener(new Refusing()));
		application.template().sendAll(this.queue, List.of("a", "b", "c", "d", "e"));
		await().until(() -> counter(application, "queue.dead.letters.removed", this.queue) == 3);
		assertThat(application.admin().stats(this.queue, "refusing").deadLetters().value()).isEqualTo(2);
	}

	@Test
	void queueThatNobodyEverReadIsEmptiedInTheEnd() {
		String unread = this.queue + "-unread";
		Application application = start(keeper().with("queue.queues." + unread + ".retention.unclaimed", "300ms"));
		application.template().sendAll(unread, List.of("a", "b", "c"));
		await().until(() -> counter(application, "queue.messages.trimmed", unread) == 3);
	}

	private void makeAGroupThatNobodyReads() {
		Application application = start(application().listener(new Left()));
		await().until(() -> groups(application).equals(List.of("left")));
		application.close();
	}

	@Test
	void groupThatNobodyReadsExpiresAndOneThatIsReadDoesNot() {
		makeAGroupThatNobodyReads();
		String groups = "queue.queues." + this.queue + ".groups.";
		List<String> expired = new CopyOnWriteArrayList<>();
		QueueObserver observer = (event) -> {
			if (event instanceof QueueEvent.GroupExpired expiry && expiry.queue().equals(this.queue)) {
				expired.add(expiry.group());
			}
		};
		Application application = start(keeper().listener(observer)
			.with(groups + "left.expire-after", "10m")
			.with(groups + "default.expire-after", "10m"));
		application.template().send(this.queue, "a");
		this.reader.received.await(1);
		assertThat(groups(application)).containsExactly("default", "left");
		age(application, this.queue, "default", Duration.ofHours(1));
		await()
			.until(() -> application.admin().stats(this.queue, "default").idle().compareTo(Duration.ofMinutes(5)) < 0);
		age(application, this.queue, "left", Duration.ofHours(1));
		await().atMost(Duration.ofSeconds(60)).until(() -> groups(application).equals(List.of("default")));
		await().until(() -> counter(application, "queue.messages.removed", this.queue) == 1);
		application.template().send(this.queue, "b");
		this.reader.received.await(2);
		assertThat(expired).containsExactly("left");
	}

	@Test
	void groupIsNotRemovedByHandWhileItIsRead() {
		Application application = start(keeper());
		await().until(() -> groups(application).equals(List.of("default")));
		assertThatExceptionOfType(QueueException.class)
			.isThrownBy(() -> application.admin().removeGroup(this.queue, "default"))
			.withMessageContaining("still read");
		assertThatExceptionOfType(QueueException.class)
			.isThrownBy(() -> application.admin().removeGroup(this.queue, "other"))
			.withMessageContaining("no group 'other'");
		application.template().send(this.queue, "a");
		this.reader.received.await(1);
	}

	@Test
	void dormantGroupShowsInHealthUntilItIsRemoved() {
		makeAGroupThatNobodyReads();
		Application application = start(keeper());
		application.template().send(this.queue, "a");
		this.reader.received.await(1);
		assertThat(details(application, "left")).doesNotContainKey("dormant").containsEntry("lag", 1L);
		age(application, this.queue, "left", Duration.ofHours(2));
		assertThat(details(application, "left")).containsEntry("dormant", true).containsKey("lastActive");
		assertThat(details(application, "default")).doesNotContainKey("dormant");
		assertThat(health(application).health().getStatus().getCode()).isEqualTo("UP");
		application.admin().removeGroup(this.queue, "left");
		assertThat(groups(application)).containsExactly("default");
	}

	@Test
	void scheduledMessageCanBeCancelled() {
		Application application = start(keeper());
		String id = application.template().send(this.queue, "later", SendOptions.delay(Duration.ofHours(1)));
		assertThat(application.admin().cancel(this.queue, id)).isTrue();
		assertThat(application.admin().cancel(this.queue, id)).isFalse();
	}

	private static HealthIndicator health(Application application) {
		return (HealthIndicator) application.context().getBean("queueHealthIndicator");
	}

	@SuppressWarnings("unchecked")
	private Map<String, Object> details(Application application, String group) {
		var queues = (Map<String, Map<String, Map<String, Object>>>) health(application).health()
			.getDetails()
			.get("queues");
		return queues.get(this.queue).get(group);
	}

	static final class Reader {

		final Received<String> received = new Received<>();

		final CountDownLatch mayGoOn = new CountDownLatch(1);

		@QueueListener("${test.queue}")
		void on(String text) throws InterruptedException {
			this.received.add(text);
			if (text.equals("wait")) {
				this.mayGoOn.await(30, TimeUnit.SECONDS);
			}
		}

	}

	static final class Refusing {

		@QueueListener(queue = "${test.queue}", group = "refusing")
		void on(String text) {
			throw new IllegalStateException("by the test");
		}

	}

	static final class Left {

		final CountDownLatch mayGoOn = new CountDownLatch(1);

		@QueueListener(queue = "${test.queue}", group = "left")
		void on(String text) throws InterruptedException {
			if (text.equals("wait")) {
				this.mayGoOn.await(30, TimeUnit.SECONDS);
			}
		}

	}

}
