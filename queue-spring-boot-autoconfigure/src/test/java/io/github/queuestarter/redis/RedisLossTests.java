package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.queuestarter.Failure;
import io.github.queuestarter.GroupStats;
import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Consumers.Self;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.RetentionSettings;
import io.github.queuestarter.store.Settlement;
import io.lettuce.core.KillArgs;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nothing is lost while connections and a consumer die and the server restarts.
 */
class RedisLossTests {

	private static final String QUEUE = "orders";

	private static final String GROUP = "billing";

	private static final int MESSAGES = 600;

	private final Random random = new Random(42);

	@Test
	void everyMessageIsFinishedOnceAllIsWellAgain() throws Exception {
		try (ServerUnderTest server = ServerUnderTest.start()) {
			CollectingSink mortal = server.sink(QUEUE);
			CollectingSink survivor = server.sink(QUEUE);
			MessageSource dying = server.listen(QUEUE, GROUP, mortal);
			server.listen(QUEUE, GROUP, survivor);
			Set<String> unfinished = ConcurrentHashMap.newKeySet();
			for (int i = 0; i < MESSAGES; i++) {
				unfinished.add(server.send(QUEUE, "m" + i));
				if (i % 100 == 50) {
					server.redis().clientKill(KillArgs.Builder.typeNormal().skipme());
				}
				if (i == MESSAGES / 2) {
					server.server().kill();
					server.server().start();
				}
				if (i == MESSAGES * 2 / 3) {
					dying.stop();
					fence(server, survivor, mortal);
				}
				if (i < MESSAGES / 2) {
					settle(server, mortal, unfinished);
				}
				settle(server, survivor, unfinished);
			}
			server.store().consumers().rescue(List.of(QUEUE));
			Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(5)).until(() -> {
				settle(server, survivor, unfinished);
				return unfinished.isEmpty();
			});
			Awaitility.await().until(() -> {
				settle(server, survivor, unfinished);
				GroupStats stats = server.store().administration().stats(Set.of(QUEUE)).get(0);
				return stats.pending().value() == 0 && stats.ready().value() == 0;
			});
			assertThat(server.store().housekeeping().removeFinished(QUEUE, RetentionSettings.defaults()).finished())
				.isPositive();
			assertThat(server.redis().keys("*retry*")).isEmpty();
			assertThat(server.redis().keys("*attempts*")).isEmpty();
		}
	}

	private void fence(ServerUnderTest server, CollectingSink self, CollectingSink silent) {
		Long counter = server.store()
			.consumers()
			.beat(Map.of(QUEUE, new Self(self.consumer(), Set.of())))
			.get(QUEUE)
			.others()
			.get(silent.consumer());
		assertThat(server.store().consumers().fence(QUEUE, self.consumer(), silent.consumer(), counter)).isTrue();
	}

	private void settle(ServerUnderTest server, CollectingSink sink, Set<String> unfinished) {
		Map<String, ClaimedMessage> byReceipt = new HashMap<>();
		sink.takeAll().forEach((message) -> byReceipt.put(message.receipt().toString(), message));
		List<Settlement> settlements = new ArrayList<>();
		byReceipt.values().forEach((message) -> settlements.add(decide(message)));
		if (settlements.isEmpty()) {
			return;
		}
		Awaitility.await()
			.ignoreExceptionsInstanceOf(QueueStoreException.class)
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(20))
			.until(() -> {
				server.store().settlements().settle(settlements);
				return true;
			});
		for (Settlement settlement : settlements) {
			sink.forget(settlement.message());
			if (settlement instanceof Settlement.Ack ack) {
				unfinished.remove(ack.message().id());
			}
		}
	}

	private Settlement decide(ClaimedMessage message) {
		return switch (this.random.nextInt(6)) {
			case 0 -> new Settlement.Retry(message, Duration.ofMillis(this.random.nextInt(50)),
					Failure.of(Failure.Kind.EXCEPTION, "by the test"));
			case 1 -> new Settlement.Release(message, Duration.ZERO);
			default -> new Settlement.Ack(message);
		};
	}

}
