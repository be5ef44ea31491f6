package io.github.queuestarter.redis;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.EncodedPayload.Format;
import io.github.queuestarter.Position;
import io.github.queuestarter.servers.RedisServer;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.ConsumerIds;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.OutgoingMessage;
import io.github.queuestarter.store.Subscription;
import io.github.queuestarter.testing.TestRedis;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A message that Redis hands to a read at the moment in which the read is ended comes
 * again, and counts as not delivered.
 */
class EndedWaitLossTests {

	private static final String QUEUE = "orders";

	private static final String GROUP = "billing";

	private static final Duration COMMAND_TIMEOUT = Duration.ofMinutes(1);

	/**
	 * A swallowed answer would be missed after this and as long a patience.
	 */
	private static final Duration BLOCK = Duration.ofSeconds(5);

	private final ConsumerIds consumerIds = new ConsumerIds();

	private final Lettuce lettuce = new Lettuce();

	private RedisServer server;

	private SilentProxy proxy;

	private RedisStore store;

	private CollectingSink sink;

	private MessageSource source;

	private String id;

	@BeforeEach
	void handMessageToReaderThatDoesNotGetIt() throws Exception {
		this.server = RedisServer.builder().start();
		this.proxy = new SilentProxy(this.server.host(), this.server.port());
		this.store = new RedisStore(connections(), connections(),
				new RedisStore.Settings("queue:", Duration.ofMillis(100), BLOCK, Duration.ofMinutes(5), BLOCK),
				(event) -> {
				});
		this.sink = sink();
		this.source = listen(this.sink);
		this.proxy.swallow("swallowed");
		this.id = send("swallowed");
		this.proxy.awaitSwallowed();
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
	void signOffGivesItBack() throws Exception {
		this.source.stop();
		this.store.consumers().retire(QUEUE, this.sink.consumer());
		this.sink = sink();
		this.source = listen(this.sink);
		assertComesUncounted();
	}

	@Test
	void reconcilingFindsItAfterPause() throws Exception {
		this.store.administration().pause(QUEUE, GROUP, true);
		this.sink.awaitPolls(1);
		this.store.administration().pause(QUEUE, GROUP, false);
		assertComesUncounted();
	}

	private void assertComesUncounted() throws InterruptedException {
		ClaimedMessage message = this.sink.receive();
		assertThat(message.id()).isEqualTo(this.id);
		assertThat(message.failures()).isZero();
		assertThat(message.crashes()).isZero();
		assertThat(this.sink.failures()).isEmpty();
	}

	private CollectingSink sink() {
		String consumer = this.consumerIds.next();
		this.store.consumers().register(QUEUE, consumer);
		return new CollectingSink(consumer);
	}

	private MessageSource listen(CollectingSink to) {
		MessageSource listening = this.store.reader()
			.open(new Subscription(QUEUE, GROUP, Position.earliest(), "tests"), to);
		listening.start();
		return listening;
	}

	private String send(String text) {
		String sent = UUID.randomUUID().toString();
		this.store.appender()
			.append(List
				.of(new OutgoingMessage(sent, QUEUE, EncodedPayload.ofText(text, Format.TEXT), Map.of(), null, null)),
					false);
		return sent;
	}

	private RedisConnectionFactory connections() {
		return this.lettuce.connections(new TestRedis("127.0.0.1", this.proxy.port(), null, null), COMMAND_TIMEOUT);
	}

}
