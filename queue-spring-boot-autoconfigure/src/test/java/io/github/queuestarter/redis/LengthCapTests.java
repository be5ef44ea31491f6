package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

import io.github.queuestarter.Failure;
import io.github.queuestarter.Position;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.Settlement;
import io.github.queuestarter.store.Subscription;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sends that cut their queue, for those who would rather lose messages than memory.
 */
class LengthCapTests {

	private static final String STREAM = "queue:orders";

	private static final String GROUP = "billing";

	private ServerUnderTest server;

	private RedisStore exact;

	private RedisStore approximate;

	@BeforeEach
	void start() {
		this.server = ServerUnderTest.start();
		this.exact = store(new RedisStore.LengthCap(10, true));
		this.approximate = store(new RedisStore.LengthCap(10, false));
	}

	private RedisStore store(RedisStore.LengthCap cap) {
		return this.server.another(Duration.ofSeconds(5), RedisStore.Settings.defaults(), UnaryOperator.identity(),
				(queue) -> queue.equals("orders") ? cap : null);
	}

	@AfterEach
	void close() {
		this.server.close();
	}

	@Test
	void queueThatNobodyReadsNeverGetsLongerThanAllowed() {
		for (int i = 0; i < 50; i++) {
			this.server.send(this.exact, "orders", "m" + i);
			assertThat(this.server.redis().xlen(STREAM)).isLessThanOrEqualTo(10);
		}
		assertThat(trimmed()).isEqualTo(40);
		assertThat(this.server.events(QueueEvent.Removed.class)).isEmpty();
	}

	@Test
	void approximateLengthLeavesSomeMoreAndCountsWhatItDropped() {
		for (int i = 0; i < 500; i++) {
			this.server.send(this.approximate, "orders", "m" + i);
		}
		long length = this.server.redis().xlen(STREAM);
		assertThat(length).isBetween(11L, 300L);
		assertThat(trimmed()).isEqualTo(500 - length);
	}

	@Test
	void whatIsFinishedGoesFirstAndIsNotCountedAsLost() throws Exception {
		CollectingSink sink = this.server.sink("orders");
		this.server.listen("orders", GROUP, sink);
		for (int i = 0; i < 10; i++) {
			this.server.send("orders", "m" + i);
			ClaimedMessage message = sink.receive();
			this.server.store().settlements().settle(List.of(new Settlement.Ack(message)));
			sink.forget(message);
		}
		this.server.send(this.exact, "orders", "one more");
		assertThat(this.server.redis().xlen(STREAM)).isEqualTo(1);
		assertThat(trimmed()).isZero();
		assertThat(this.server.events(QueueEvent.Removed.class)).extracting(QueueEvent.Removed::count)
			.containsExactly(10L);
	}

	@Test
	void messageThatWasCutWhileItWasHandledIsDoneOrLostWhenItMustBeTriedAgain() throws Exception {
		CollectingSink sink = this.server.sink("orders");
		sink.room = 2;
		this.server.listen("orders", GROUP, sink);
		this.server.send("orders", "done");
		this.server.send("orders", "fails");
		ClaimedMessage done = sink.receive();
		ClaimedMessage fails = sink.receive();
		for (int i = 0; i < 10; i++) {
			this.server.send(this.exact, "orders", "m" + i);
		}
		assertThat(this.server.redis().xlen(STREAM)).isEqualTo(10);
		assertThat(trimmed()).isEqualTo(2);
		assertThat(this.server.store()
			.settlements()
			.settle(List.of(new Settlement.Ack(done),
					new Settlement.Retry(fails, Duration.ZERO, Failure.of(Failure.Kind.EXCEPTION, "by the test")))))
			.isEmpty();
		Awaitility.await()
			.until(() -> this.server.events(QueueEvent.Lost.class)
				.contains(new QueueEvent.Lost("redis", "orders", GROUP, 1)));
		assertThat(this.server.store().administration().stats(Set.of("orders")).get(0).ready().value()).isEqualTo(10);
	}

	@Test
	void queueThatSomebodyReadsWithoutAGroupIsCutAndCountedAllTheSame() throws Exception {
		CollectingSink sink = new CollectingSink("nobody");
		MessageSource source = this.server.store()
			.reader()
			.open(Subscription.ephemeral("orders", Position.latest(), "tests"), sink);
		source.start();
		sink.awaitPolls(1);
		for (int i = 0; i < 15; i++) {
			this.server.send(this.exact, "orders", "m" + i);
		}
		source.stop();
		assertThat(this.server.redis().xlen(STREAM)).isEqualTo(10);
		assertThat(trimmed()).isEqualTo(5);
		assertThat(this.server.events(QueueEvent.Warning.class)).isEmpty();
	}

	@Test
	void otherQueuesAreNotCut() {
		for (int i = 0; i < 20; i++) {
			this.server.send(this.exact, "payments", "m" + i);
		}
		assertThat(this.server.redis().xlen("queue:payments")).isEqualTo(20);
	}

	private long trimmed() {
		return this.server.events(QueueEvent.Trimmed.class).stream().mapToLong(QueueEvent.Trimmed::count).sum();
	}

}
