package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.EncodedPayload.Format;
import io.github.queuestarter.Position;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.servers.RedisServer;
import io.github.queuestarter.store.ConsumerIds;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.OutgoingMessage;
import io.github.queuestarter.store.Subscription;
import io.github.queuestarter.testing.TestRedis;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import org.awaitility.Awaitility;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A Redis of the test's own that may be killed, with a store and a look from outside.
 */
final class ServerUnderTest implements AutoCloseable {

	static final Duration BLOCK = Duration.ofMillis(50);

	private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(1);

	private static final ConsumerIds CONSUMER_IDS = new ConsumerIds();

	private final RedisServer server;

	private final Lettuce lettuce = new Lettuce();

	private final RedisConnectionFactory connections;

	private final RedisStore store;

	private final RedisClient client;

	private final StatefulRedisConnection<String, String> connection;

	private final List<QueueEvent> events = new CopyOnWriteArrayList<>();

	volatile boolean failingObserver;

	private final List<MessageSource> sources = new ArrayList<>();

	private final List<RedisStore> others = new ArrayList<>();

	private ServerUnderTest(String... config) {
		this.server = RedisServer.builder().config(config).start();
		TestRedis redis = new TestRedis(this.server.host(), this.server.port(), null, null);
		this.connections = this.lettuce.connections(redis, COMMAND_TIMEOUT);
		this.store = new RedisStore(this.connections, this.lettuce.connections(redis, COMMAND_TIMEOUT),
				new RedisStore.Settings("queue:", Duration.ofMillis(100), BLOCK, Duration.ofMillis(200),
						Duration.ofMillis(300)),
				this::observe);
		this.client = RedisClient.create(RedisURI.create(this.server.host(), this.server.port()));
		this.connection = this.client.connect();
	}

	private void observe(QueueEvent event) {
		this.events.add(event);
		if (this.failingObserver) {
			throw new AssertionError("by the test");
		}
	}

	static ServerUnderTest start() {
		return new ServerUnderTest("--appendonly", "yes", "--appendfsync", "always");
	}

	RedisServer server() {
		return this.server;
	}

	RedisConnectionFactory connections() {
		return this.connections;
	}

	RedisStore store() {
		return this.store;
	}

	/**
	 * Another instance that uses the same server.
	 * @param commandTimeout how long its client waits for an answer
	 * @param seen what it sees of its connections
	 * @param caps to which length a send cuts a queue
	 */
	RedisStore another(Duration commandTimeout, RedisStore.Settings settings,
			UnaryOperator<RedisConnectionFactory> seen, Function<String, RedisStore.LengthCap> caps) {
		TestRedis redis = new TestRedis(this.server.host(), this.server.port(), null, null);
		RedisStore another = new RedisStore(seen.apply(this.lettuce.connections(redis, commandTimeout)),
				this.lettuce.connections(redis, commandTimeout), null, settings, caps, this::observe);
		this.others.add(another);
		return another;
	}

	/**
	 * Another instance, whose sends wait for a replica, which the server does not have.
	 */
	RedisStore waitingForReplica(Function<String, RedisStore.LengthCap> caps) {
		TestRedis redis = new TestRedis(this.server.host(), this.server.port(), null, null);
		LettuceConnectionFactory sends = this.lettuce.connections(redis, COMMAND_TIMEOUT);
		sends.setShareNativeConnection(false);
		RedisStore another = new RedisStore(this.lettuce.connections(redis, COMMAND_TIMEOUT),
				this.lettuce.connections(redis, COMMAND_TIMEOUT),
				new RedisStore.Replication(1, Duration.ofMillis(20), sends), RedisStore.Settings.defaults(), caps,
				this::observe);
		this.others.add(another);
		return another;
	}

	/**
	 * Redis as any other client sees it.
	 */
	RedisCommands<String, String> redis() {
		return this.connection.sync();
	}

	/**
	 * A consumer that is registered.
	 */
	CollectingSink sink(String queue) {
		String consumer = CONSUMER_IDS.next();
		this.store.consumers().register(queue, consumer);
		return new CollectingSink(consumer);
	}

	/**
	 * Start to receive, and wait for the first poll.
	 */
	MessageSource listen(String queue, String group, CollectingSink sink) throws InterruptedException {
		return listen(this.store, queue, group, sink);
	}

	/**
	 * The same by another instance.
	 */
	MessageSource listen(RedisStore store, String queue, String group, CollectingSink sink)
			throws InterruptedException {
		MessageSource source = store.reader().open(new Subscription(queue, group, Position.earliest(), "tests"), sink);
		this.sources.add(source);
		source.start();
		sink.awaitPolls(1);
		return source;
	}

	/**
	 * Send a text, as soon as the store can be reached.
	 * @return the message's id
	 */
	String send(String queue, String text) {
		return send(this.store, queue, text);
	}

	String send(RedisStore store, String queue, String text) {
		OutgoingMessage message = new OutgoingMessage(UUID.randomUUID().toString(), queue,
				EncodedPayload.ofText(text, Format.TEXT), Map.of(), null, null);
		Awaitility.await().ignoreExceptions().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(50)).until(() -> {
			store.appender().append(List.of(message), false);
			return true;
		});
		return message.id();
	}

	<E extends QueueEvent> List<E> events(Class<E> type) {
		return this.events.stream().filter(type::isInstance).map(type::cast).toList();
	}

	long info(String name) {
		return redis().info()
			.lines()
			.filter((line) -> line.startsWith(name + ":"))
			.mapToLong((line) -> Long.parseLong(line.substring(name.length() + 1).trim()))
			.findFirst()
			.orElseThrow();
	}

	@Override
	public void close() {
		if (this.server.isRunning()) {
			this.server.resume();
		}
		this.sources.forEach(MessageSource::stop);
		this.others.forEach(RedisStore::close);
		this.store.close();
		this.connection.close();
		this.client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
		this.lettuce.close();
		this.server.close();
	}

}
