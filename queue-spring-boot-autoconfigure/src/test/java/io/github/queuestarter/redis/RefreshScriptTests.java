package io.github.queuestarter.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.lettuce.core.Consumer;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.models.stream.PendingMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Idle times are renewed for the one who holds, and nothing else is.
 */
class RefreshScriptTests {

	private static final String STREAM = "queue:orders";

	private final ServerUnderTest server = ServerUnderTest.start();

	private String id;

	@BeforeEach
	void deliverToUs() {
		this.server.redis()
			.xgroupCreate(StreamOffset.from(STREAM, "0"), "default", XGroupCreateArgs.Builder.mkstream());
		this.id = this.server.redis().xadd(STREAM, Map.of("item", "tea"));
		deliver("us");
		Awaitility.await().until(() -> pending().getMsSinceLastDelivery() > 200);
	}

	@AfterEach
	void close() {
		this.server.close();
	}

	@Test
	void whoHoldsIsNoLongerIdle() {
		// On a machine that stalls, 200 ms may pass between the two
		Awaitility.await().until(() -> refresh("us") == 1 && pending().getMsSinceLastDelivery() < 200);
		assertThat(pending().getRedeliveryCount()).isEqualTo(1);
	}

	@Test
	void whoHasLostTheMessageDoesNotTakeItBack() {
		assertThat(refresh("somebody")).isZero();
		assertThat(pending().getConsumer()).isEqualTo("us");
	}

	@Test
	void messageThatIsNoLongerInItsStreamIsNotForgotten() {
		this.server.redis().xdel(STREAM, this.id);
		assertThat(refresh("us")).isZero();
		assertThat(pending().getId()).isEqualTo(this.id);
	}

	@Test
	void lostGroupIsNoError() {
		this.server.redis().del(STREAM);
		assertThat(refresh("us")).isZero();
	}

	@SuppressWarnings("unchecked")
	private void deliver(String consumer) {
		this.server.redis().xreadgroup(Consumer.from("default", consumer), StreamOffset.lastConsumed(STREAM));
	}

	private PendingMessage pending() {
		return this.server.redis().xpending(STREAM, "default", Range.unbounded(), Limit.from(10)).get(0);
	}

	private int refresh(String consumer) {
		byte[] stream = STREAM.getBytes(StandardCharsets.UTF_8);
		return new RedisCalls(this.server.connections(), Duration.ofSeconds(5))
			.eval(ScriptCall.of(RedisScript.REFRESH, List.of(stream), "default", consumer, this.id))
			.count(0);
	}

}
