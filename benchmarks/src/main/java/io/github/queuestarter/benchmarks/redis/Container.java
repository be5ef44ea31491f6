package io.github.queuestarter.benchmarks.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import io.github.queuestarter.benchmarks.Handled;
import io.github.queuestarter.benchmarks.Order;
import io.github.queuestarter.benchmarks.starter.Home;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.stream.Consumer;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.stream.StreamMessageListenerContainer;
import org.springframework.data.redis.stream.StreamMessageListenerContainer.StreamMessageListenerContainerOptions;

/**
 * Spring Data Redis as its reference shows it: a listener container, and a listener that
 * acknowledges the message that it has handled. Reads 500 at once, as the others do;
 * unasked it would read the whole stream in one answer.
 */
final class Container implements AutoCloseable {

	private static final String GROUP = "container";

	private static final int BATCH = 500;

	private static final Duration POLL_TIMEOUT = Duration.ofMillis(100);

	private static final long LOOK_AGAIN_NANOS = 2_000_000;

	private final LettuceConnectionFactory connections;

	private final StringRedisTemplate template;

	private final StreamMessageListenerContainer<String, MapRecord<String, String, String>> container;

	Container(Home home, int subscriptions, Handled handled) {
		String[] address = home.url().substring("redis://".length()).split(":");
		this.connections = new LettuceConnectionFactory(
				new RedisStandaloneConfiguration(address[0], Integer.parseInt(address[1])));
		this.connections.afterPropertiesSet();
		this.connections.start();
		this.template = new StringRedisTemplate(this.connections);
		this.template.opsForStream().createGroup(RawStream.STREAM, ReadOffset.from("0"), GROUP);
		this.container = StreamMessageListenerContainer.create(this.connections,
				StreamMessageListenerContainerOptions.builder().batchSize(BATCH).pollTimeout(POLL_TIMEOUT).build());
		for (int i = 0; i < subscriptions; i++) {
			this.container.receive(Consumer.from(GROUP, "consumer-" + i),
					StreamOffset.create(RawStream.STREAM, ReadOffset.lastConsumed()),
					(message) -> handle(message, handled));
		}
		this.container.start();
	}

	private void handle(MapRecord<String, String, String> message, Handled handled) {
		String json = message.getValue().values().iterator().next();
		handled.add(Order.fromZero(json.getBytes(StandardCharsets.UTF_8)));
		this.template.opsForStream().acknowledge(GROUP, message);
	}

	void awaitNothingHeld() {
		while (held() > 0) {
			LockSupport.parkNanos(LOOK_AGAIN_NANOS);
		}
	}

	private long held() {
		return this.template.opsForStream().pending(RawStream.STREAM, GROUP).getTotalPendingMessages();
	}

	@Override
	public void close() {
		this.container.stop();
		this.connections.destroy();
	}

}
