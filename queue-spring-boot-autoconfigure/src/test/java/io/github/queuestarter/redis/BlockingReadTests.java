package io.github.queuestarter.redis;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.RedisConnection;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link BlockingRead}.
 */
class BlockingReadTests {

	private static final Duration LONGEST = Duration.ofSeconds(5);

	private final RedisConnection connection = connection();

	private final List<RedisConnection> givenUp = new CopyOnWriteArrayList<>();

	private final BlockingRead blocking = new BlockingRead(LONGEST, this.givenUp::add);

	private final List<Duration> blocks = new ArrayList<>();

	@Test
	void serverIsAskedToWaitForNoLessThanItsTimerCanTellApart() {
		read(Duration.ofMillis(-3));
		read(Duration.ofMillis(1));
		read(Duration.ofSeconds(2));
		read(Duration.ofHours(1));
		assertThat(this.blocks).containsExactly(Duration.ofMillis(100), Duration.ofMillis(100), Duration.ofSeconds(2),
				LONGEST);
	}

	@Test
	void readForWhichItIsTooLateIsNotBegun() {
		assertThat(this.blocking.read(this.connection, LONGEST, () -> false, this::answer)).isEmpty();
		assertThat(this.blocks).isEmpty();
	}

	@Test
	void readThatIsWantedIsNotEnded() {
		this.blocking.read(this.connection, LONGEST, () -> true, (block) -> {
			this.blocking.endUnwanted();
			return List.of();
		});
		this.blocking.endUnwanted();
		assertThat(this.givenUp).isEmpty();
	}

	@Test
	void readThatEndsByItselfWhileItIsEndedLeavesNoConnectionToTheNextOne() throws Exception {
		Thread reader = Thread.currentThread();
		CountDownLatch ending = new CountDownLatch(1);
		CountDownLatch returned = new CountDownLatch(1);
		CountDownLatch ended = new CountDownLatch(1);
		BlockingRead blocking = new BlockingRead(LONGEST, (connection) -> {
			if (Thread.currentThread() == reader) {
				this.givenUp.add(connection);
				return;
			}
			ending.countDown();
			await(returned);
			this.givenUp.add(connection);
			ended.countDown();
		});
		AtomicBoolean wanted = new AtomicBoolean(true);
		List<String> answer = blocking.read(this.connection, LONGEST, wanted::get, (block) -> {
			wanted.set(false);
			blocking.endUnwanted();
			await(ending);
			return List.of("answer");
		});
		assertThat(answer).containsExactly("answer");
		assertThat(this.givenUp).containsExactly(this.connection);
		RedisConnection next = connection();
		blocking.read(next, LONGEST, () -> true, (block) -> {
			returned.countDown();
			await(ended);
			return List.of("another");
		});
		assertThat(this.givenUp).containsExactly(this.connection, this.connection);
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	// Only its identity is of interest
	private static RedisConnection connection() {
		return (RedisConnection) Proxy.newProxyInstance(RedisConnection.class.getClassLoader(),
				new Class<?>[] { RedisConnection.class }, (proxy, method, arguments) -> switch (method.getName()) {
					case "equals" -> proxy == arguments[0];
					case "hashCode" -> System.identityHashCode(proxy);
					case "toString" -> "connection";
					default -> throw new UnsupportedOperationException(method.getName());
				});
	}

	private void read(Duration atMost) {
		assertThat(this.blocking.read(this.connection, atMost, () -> true, this::answer)).containsExactly("answer");
	}

	private List<String> answer(Duration block) {
		this.blocks.add(block);
		return List.of("answer");
	}

}
