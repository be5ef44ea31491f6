package io.github.queuestarter.redis;

import java.io.IOException;
import java.time.Duration;

import io.github.queuestarter.Position;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.Subscription;
import io.github.queuestarter.testing.TestRedis;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A message that Redis hands to a read at the moment in which the read is ended comes
 * again, and counts as not delivered.
 */
class EndedWaitLossTests {

	private static final String QUEUE = "orders";

	private static final String GROUP = "billing";

	/**
	 * A swallowed answer would be missed after this and as long a patience.
	 */
	private static final Duration BLOCK = Duration.ofSeconds(5);

	private final Lettuce lettuce = new Lettuce();

	private ServerUnderTest server;

	private SilentProxy proxy;

	private RedisStore store;

	private CollectingSink sink;

	private MessageSource source;

	private String id;

	@BeforeEach
	void handMessageToReaderThatDoesNotGetIt() throws Exception {
		this.server = ServerUnderTest.start();
		this.proxy = new SilentProxy(this.server.server().host(), this.server.server().port());
		TestRedis behindProxy = new TestRedis("127.0.0.1", this.proxy.port(), null, null);
		this.store = this.server.another(BLOCK.multipliedBy(4),
				new RedisStore.Settings("queue:", Duration.ofMillis(100), BLOCK, Duration.ofMinutes(5), BLOCK),
				(direct) -> this.lettuce.connections(behindProxy, BLOCK.multipliedBy(4)), (queue) -> null);
		this.sink = this.server.sink(QUEUE);
		this.source = listen(this.sink);
		this.proxy.swallow("swallowed");
		this.id = this.server.send(QUEUE, "swallowed");
		this.proxy.awaitSwallowed();
	}

	@AfterEach
	void close() throws IOException {
		this.source.stop();
		this.server.close();
		this.lettuce.close();
		this.proxy.close();
	}

	@Test
	void signOffGivesItBack() throws Exception {
		this.source.stop();
		this.store.consumers().retire(QUEUE, this.sink.consumer());
		this.sink = this.server.sink(QUEUE);
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

	private MessageSource listen(CollectingSink to) {
		MessageSource listening = this.store.reader()
			.open(new Subscription(QUEUE, GROUP, Position.earliest(), "tests"), to);
		listening.start();
		return listening;
	}

}
