package io.github.queuestarter.redis;

import java.util.List;

import io.github.queuestarter.Failure;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.Settlement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server and a store of its own for each test, and what arrives of one queue.
 */
abstract class RedisServerTest {

	static final String QUEUE = "orders";

	static final String STREAM = "queue:orders";

	static final String GROUP = "billing";

	ServerUnderTest server;

	CollectingSink sink;

	@BeforeEach
	void start() throws Exception {
		this.server = ServerUnderTest.start();
		this.sink = this.server.sink(QUEUE);
	}

	@AfterEach
	void close() {
		this.server.close();
	}

	MessageSource listen() throws InterruptedException {
		return this.server.listen(QUEUE, GROUP, this.sink);
	}

	List<ClaimedMessage> settle(Settlement... settlements) {
		return this.server.store().settlements().settle(List.of(settlements));
	}

	void bury(ClaimedMessage message) {
		assertThat(settle(new Settlement.Bury(message, failure()))).isEmpty();
	}

	static Failure failure() {
		return Failure.of(Failure.Kind.EXCEPTION, "by the test");
	}

}
