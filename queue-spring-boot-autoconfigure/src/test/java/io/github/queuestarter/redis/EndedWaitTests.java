package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.function.UnaryOperator;

import io.github.queuestarter.Position;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.Subscription;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A read that waits for a message ends when none is wanted any more, however long Redis
 * was told to wait.
 */
class EndedWaitTests {

	private static final String QUEUE = "orders";

	private static final String GROUP = "billing";

	private static final Duration BLOCK = Duration.ofSeconds(25);

	private ServerUnderTest server;

	private CollectingSink sink;

	private MessageSource source;

	@BeforeEach
	void waitForMessages() {
		this.server = ServerUnderTest.start();
		this.sink = this.server.sink(QUEUE);
		RedisStore.Settings settings = new RedisStore.Settings("queue:", Duration.ofMillis(100), BLOCK,
				Duration.ofMinutes(5), BLOCK);
		this.source = this.server.another(BLOCK.multipliedBy(4), settings, UnaryOperator.identity(), (queue) -> null)
			.reader()
			.open(new Subscription(QUEUE, GROUP, Position.earliest(), "tests"), this.sink);
		this.source.start();
		awaitReaders(1);
	}

	@AfterEach
	void close() {
		this.source.stop();
		this.server.close();
	}

	@Test
	void whenItsSourceStops() {
		long began = System.nanoTime();
		this.source.stop();
		assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(BLOCK.dividedBy(2));
		awaitReaders(0);
		this.server.send(QUEUE, "m");
		assertThat(pending()).isZero();
	}

	@Test
	void whenAMessageComes() throws Exception {
		String id = this.server.send(QUEUE, "m");
		assertThat(this.sink.receive().id()).isEqualTo(id);
	}

	@Test
	void whenItsGroupIsPaused() throws Exception {
		this.server.redis().hset("{queue:orders}:groups", "paused:" + GROUP, "1");
		awaitReaders(0);
		String id = this.server.send(QUEUE, "m");
		assertThat(this.sink.arrived()).isZero();
		assertThat(pending()).isZero();
		this.server.redis().hdel("{queue:orders}:groups", "paused:" + GROUP);
		assertThat(this.sink.receive().id()).isEqualTo(id);
		assertThat(this.sink.failures()).isEmpty();
	}

	@Test
	void whenItsConsumerWasFencedAndHasASuccessor() throws Exception {
		String fenced = this.sink.consumer();
		String successor = this.server.sink(QUEUE).consumer();
		String reader = waitingReader();
		this.sink.consumer = successor;
		Awaitility.await().until(this::waitingReader, (other) -> !other.isEmpty() && !other.equals(reader));
		String sent = this.server.send(QUEUE, "m");
		assertThat(this.sink.receive()).satisfies((message) -> {
			assertThat(message.id()).isEqualTo(sent);
			assertThat(message.consumer()).isEqualTo(successor).isNotEqualTo(fenced);
		});
		assertThat(this.sink.failures()).isEmpty();
	}

	private void awaitReaders(int count) {
		Awaitility.await().until(() -> this.server.info("blocked_clients") == count);
	}

	/**
	 * The connection whose read waits, empty if there is none.
	 */
	private String waitingReader() {
		return this.server.redis()
			.clientList()
			.lines()
			.filter((line) -> line.contains("cmd=xreadgroup") && line.contains("flags=b"))
			.map((line) -> line.split(" ", 2)[0])
			.findAny()
			.orElse("");
	}

	private long pending() {
		return this.server.redis().xpending("queue:" + QUEUE, GROUP).getCount();
	}

}
