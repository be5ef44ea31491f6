package io.github.queuestarter.redis;

import java.time.Duration;

import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.StoreContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * The promises of every store, kept by {@link RedisStore}.
 */
class RedisStoreTests extends StoreContract {

	private static final Lettuce LETTUCE = new Lettuce();

	private static RedisConnectionFactory connections;

	private static RedisConnectionFactory dedicated;

	@BeforeAll
	static void connect() {
		connections = LETTUCE.chosen(Duration.ofSeconds(10));
		dedicated = LETTUCE.chosen(Duration.ofSeconds(5));
	}

	@AfterAll
	static void disconnect() {
		LETTUCE.close();
	}

	@Override
	protected QueueStore newStore(QueueObserver observer) {
		return new RedisStore(connections, dedicated, new RedisStore.Settings("contract:", Duration.ofMillis(200),
				Duration.ofMillis(100), Duration.ofMinutes(5), Duration.ofMillis(300)), observer);
	}

}
