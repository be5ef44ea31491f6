package io.github.queuestarter.redis;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.EncodedPayload.Format;
import io.github.queuestarter.Position;
import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.servers.RedisServer;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.ConsumerIds;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.OutgoingMessage;
import io.github.queuestarter.store.Settlement;
import io.github.queuestarter.store.Subscription;
import io.github.queuestarter.testing.TestRedis;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A connection that has fallen silent is found out by the store, long before the command
 * timeout that clients have by default.
 */
class RedisSilenceTests {

	private static final String QUEUE = "orders";

	private static final Duration COMMAND_TIMEOUT = Duration.ofMinutes(1);

	private final Lettuce lettuce = new Lettuce();

	private RedisServer server;

	private SilentProxy proxy;

	private RedisStore store;

	private CollectingSink sink;

	private MessageSource source;

	@BeforeEach
	void start() throws Exception {
		this.server = RedisServer.builder().start();
		this.proxy = new SilentProxy(this.server.host(), this.server.port());
		this.store = new RedisStore(connections(), connections(), new RedisStore.Settings("queue:",
				Duration.ofMillis(100), ServerUnderTest.BLOCK, Duration.ofMinutes(5), Duration.ofMillis(300)),
				(event) -> {
				});
		String consumer = new ConsumerIds().next();
		this.store.consumers().register(QUEUE, consumer);
		this.sink = new CollectingSink(consumer);
		this.source = this.store.reader()
			.open(new Subscription(QUEUE, "billing", Position.earliest(), "tests"), this.sink);
		this.source.start();
		this.sink.awaitPolls(1);
	}

	@AfterEach
	void close() throws IOException {
		this.source.stop();
		this.store.close();
		this.lettuce.close();
		this.proxy.close();
		this.server.close();
	}

	@Test
	void messageWhoseReadWasSwallowedComesAgain() throws Exception {
		this.proxy.swallow("swallowed");
		String id = send("swallowed");
		this.proxy.awaitSwallowed();
		ClaimedMessage again = this.sink.receive();
		assertThat(again.id()).isEqualTo(id);
		assertThat(again.failures()).isZero();
		assertThat(again.crashes()).isZero();
	}

	@Test
	void settlingGoesOnOnAnotherConnection() throws Exception {
		send("m");
		ClaimedMessage message = this.sink.receive();
		this.proxy.silence();
		List<Settlement> ack = List.of(new Settlement.Ack(message));
		assertThatExceptionOfType(QueueStoreException.class).isThrownBy(() -> this.store.settlements().settle(ack));
		assertThat(this.store.settlements().settle(ack)).isEmpty();
		this.sink.forget(message);
		String id = send("next");
		assertThat(this.sink.receive().id()).isEqualTo(id);
	}

	private String send(String text) {
		String id = UUID.randomUUID().toString();
		this.store.appender()
			.append(List
				.of(new OutgoingMessage(id, QUEUE, EncodedPayload.ofText(text, Format.TEXT), Map.of(), null, null)),
					false);
		return id;
	}

	private RedisConnectionFactory connections() {
		return this.lettuce.connections(new TestRedis("127.0.0.1", this.proxy.port(), null, null), COMMAND_TIMEOUT);
	}

}
