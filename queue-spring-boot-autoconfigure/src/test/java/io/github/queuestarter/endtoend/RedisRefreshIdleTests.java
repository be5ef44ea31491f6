package io.github.queuestarter.endtoend;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

import io.github.queuestarter.QueueListener;
import io.github.queuestarter.testing.TestServers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.data.domain.Range;
import org.springframework.data.redis.connection.stream.PendingMessage;
import org.springframework.data.redis.connection.stream.PendingMessages;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Messages in flight beside clients that claim what is idle.
 */
class RedisRefreshIdleTests extends EndToEndTest {

	private static final String GROUP = "default";

	private final Slow slow = new Slow();

	@Override
	Backend backend() {
		return Backend.redis(TestServers.redis());
	}

	@AfterEach
	@Override
	void closeWhatWasStarted() {
		this.slow.end.countDown();
		super.closeWhatWasStarted();
	}

	private Application listening(boolean refreshes) {
		Application application = start(application().listener(this.slow)
			.with("queue.listener.concurrency", 2)
			.with("queue.listener.prefetch", 0)
			.with("queue.redis.refresh-idle", refreshes));
		application.template().send(this.queue, "one");
		application.template().send(this.queue, "two");
		this.slow.begun.await(2);
		return application;
	}

	@Test
	void messageInFlightGrowsIdle() {
		StringRedisTemplate redis = listening(false).bean(StringRedisTemplate.class);
		// five heartbeat intervals
		await().until(() -> pending(redis).stream().allMatch((message) -> idle(message).toMillis() > 1500));
	}

	@Test
	void messageInFlightDoesNotGrowIdleIfItIsToBeRefreshed() {
		StringRedisTemplate redis = listening(true).bean(StringRedisTemplate.class);
		awaitRefresh(redis, 0);
		awaitRefresh(redis, 1);
		// Its delivery is still the first, so that it can be settled
		assertThat(pending(redis)).allSatisfy((message) -> assertThat(message.getTotalDeliveryCount()).isEqualTo(1));
		this.slow.end.countDown();
		await().until(() -> pending(redis).isEmpty());
		assertThat(this.slow.begun.all()).containsExactlyInAnyOrder("one", "two");
	}

	@Test
	void messageThatIsNoLongerInItsStreamIsLeftAsItIs() {
		StringRedisTemplate redis = listening(true).bean(StringRedisTemplate.class);
		redis.opsForStream().delete(key(), pending(redis).get(0).getId());
		awaitRefresh(redis, 1);
		awaitRefresh(redis, 1);
		assertThat(pending(redis)).hasSize(2);
	}

	/**
	 * Wait until the idle time of a message was seen to fall.
	 */
	private void awaitRefresh(StringRedisTemplate redis, int index) {
		long[] before = { 0 };
		await().until(() -> {
			long now = idle(pending(redis).get(index)).toMillis();
			boolean fell = now < before[0];
			before[0] = now;
			return fell;
		});
	}

	private List<PendingMessage> pending(StringRedisTemplate redis) {
		PendingMessages pending = redis.opsForStream().pending(key(), GROUP, Range.unbounded(), 10);
		return Objects.requireNonNull(pending).stream().toList();
	}

	private String key() {
		return "queue:" + this.queue;
	}

	private static Duration idle(PendingMessage message) {
		return message.getElapsedTimeSinceLastDelivery();
	}

	static final class Slow {

		final Received<String> begun = new Received<>();

		final CountDownLatch end = new CountDownLatch(1);

		@QueueListener("${test.queue}")
		void on(String text) throws InterruptedException {
			this.begun.add(text);
			this.end.await();
		}

	}

}
