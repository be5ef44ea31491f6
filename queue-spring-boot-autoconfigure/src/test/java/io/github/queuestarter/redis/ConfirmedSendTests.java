package io.github.queuestarter.redis;

import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.EncodedPayload.Format;
import io.github.queuestarter.SendNotConfirmedException;
import io.github.queuestarter.store.OutgoingMessage;
import io.github.queuestarter.store.StoreUnavailableException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Sends that wait for a replica, of a server that has none.
 */
class ConfirmedSendTests {

	private ServerUnderTest server;

	@BeforeEach
	void start() {
		this.server = ServerUnderTest.start();
	}

	@AfterEach
	void close() {
		this.server.close();
	}

	@Test
	void everythingOfACallIsSentAlthoughNothingIsConfirmed() {
		RedisStore store = this.server.waitingForReplica((queue) -> null);
		List<OutgoingMessage> messages = List.of(message("orders", null), message("payments", null),
				message("orders", Duration.ofHours(1)));
		assertThatExceptionOfType(SendNotConfirmedException.class)
			.isThrownBy(() -> store.appender().append(messages, false))
			.satisfies((ex) -> assertThat(ex.getIds())
				.containsExactlyInAnyOrderElementsOf(messages.stream().map(OutgoingMessage::id).toList()));
		assertThat(this.server.redis().xlen("queue:orders")).isEqualTo(1);
		assertThat(this.server.redis().xlen("queue:payments")).isEqualTo(1);
		assertThat(this.server.redis().zcard("{queue:orders}:scheduled")).isEqualTo(1);
	}

	@Test
	void queueIsCutAlthoughNothingIsConfirmed() {
		RedisStore store = this.server.waitingForReplica((queue) -> new RedisStore.LengthCap(2, true));
		for (int i = 0; i < 5; i++) {
			assertThatExceptionOfType(SendNotConfirmedException.class)
				.isThrownBy(() -> store.appender().append(List.of(message("orders", null)), false));
		}
		assertThat(this.server.redis().xlen("queue:orders")).isEqualTo(2);
	}

	@Test
	void connectionThatLeadsToNoServerAnyMoreIsClosed() {
		AtomicInteger open = new AtomicInteger();
		AtomicBoolean away = new AtomicBoolean();
		byte[] key = "queue:orders".getBytes(StandardCharsets.UTF_8);
		SendConnections connections = new SendConnections(counted(open, away), Duration.ofSeconds(5));
		try (SendConnections.Line line = connections.take(key, null)) {
			line.isWell();
		}
		assertThat(open).hasValue(1);
		away.set(true);
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> connections.take(key, null));
		assertThat(open).hasValue(0);
	}

	private RedisConnectionFactory counted(AtomicInteger open, AtomicBoolean away) {
		return proxy(RedisConnectionFactory.class, (factoryMethod) -> {
			RedisConnection real = this.server.connections().getConnection();
			open.incrementAndGet();
			return proxy(RedisConnection.class, (method) -> {
				if (method.equals("close")) {
					open.decrementAndGet();
					real.close();
					return null;
				}
				if (away.get()) {
					throw new RedisConnectionFailureException("by the test");
				}
				return real.getNativeConnection();
			});
		});
	}

	private static <T> T proxy(Class<T> type, Behaviour behaviour) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> behaviour.of(method.getName())));
	}

	private static OutgoingMessage message(String queue, @Nullable Duration delay) {
		return new OutgoingMessage(UUID.randomUUID().toString(), queue, EncodedPayload.ofText("x", Format.TEXT),
				Map.of(), delay, null);
	}

	@FunctionalInterface
	private interface Behaviour {

		@Nullable Object of(String method);

	}

}
