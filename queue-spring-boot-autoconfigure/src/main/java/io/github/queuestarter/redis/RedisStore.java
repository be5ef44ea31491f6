package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.Administration;
import io.github.queuestarter.store.Appender;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Consumers;
import io.github.queuestarter.store.HandlerTransactions;
import io.github.queuestarter.store.Housekeeping;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.Reader;
import io.github.queuestarter.store.Settlements;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.connection.stream.RecordId;
import org.springframework.util.Assert;

/**
 * Queues on Redis Streams. Works with Redis 6.2 and later, also with Redis Cluster, by
 * means of Lettuce.
 */
public final class RedisStore implements QueueStore {

	static final String BACKEND = "redis";

	// When the last consumer of a queue is gone for so long, so are the registrations
	static final long REGISTRATION_TTL = Duration.ofDays(1).toMillis();

	private static final Duration LONGEST_BEAT = Duration.ofSeconds(5);

	// Who waits longer for an answer passes for dead
	private static final Duration LONGEST_CALL = Duration.ofSeconds(10);

	private final Duration longestCall;

	private final DuePoller duePoller;

	private final Appender appender;

	private final Reader reader;

	private final Settlements settlements;

	private final Consumers consumers;

	private final Administration administration;

	private final Housekeeping housekeeping;

	/**
	 * Create a store. It does not yet talk to Redis.
	 * @param connections the connections of the application
	 * @param dedicated makes the connection of the heartbeat, which nothing else uses
	 * @param settings the settings
	 * @param observer sees what the store noticed by itself
	 */
	public RedisStore(RedisConnectionFactory connections, RedisConnectionFactory dedicated, Settings settings,
			QueueObserver observer) {
		this(connections, dedicated, settings, (queue) -> null, observer);
	}

	/**
	 * Create a store that cuts some queues when they are sent to. It does not yet talk to
	 * Redis.
	 * @param connections the connections of the application
	 * @param dedicated makes the connection of the heartbeat, which nothing else uses
	 * @param settings the settings
	 * @param caps by name of a queue, to which length a send cuts it, or {@code null}
	 * @param observer sees what the store noticed by itself
	 */
	public RedisStore(RedisConnectionFactory connections, RedisConnectionFactory dedicated, Settings settings,
			Function<String, @Nullable LengthCap> caps, QueueObserver observer) {
		Keyspace keyspace = new Keyspace(settings.prefix());
		Events events = new Events(observer);
		RedisCalls sends = new RedisCalls(connections, CommandTimeout.of(connections).value());
		RedisCalls calls = new RedisCalls(connections, CommandTimeout.of(connections).atMost(LONGEST_CALL).value());
		RedisCalls heart = new RedisCalls(dedicated, CommandTimeout.of(dedicated).atMost(LONGEST_BEAT).value());
		Duration longestPoll = CommandTimeout.of(connections).limit(settings.block()).plus(StreamPolling.PATIENCE);
		this.longestCall = (longestPoll.compareTo(LONGEST_CALL) > 0) ? longestPoll : LONGEST_CALL;
		this.duePoller = new DuePoller(settings.pollInterval());
		this.appender = new RedisAppender(sends, keyspace, this.duePoller, new LengthCaps(caps, sends, events));
		this.reader = new RedisReader(connections, calls, keyspace, settings, this.duePoller, events);
		this.settlements = new RedisSettlements(calls, keyspace, this.duePoller);
		this.consumers = new RedisConsumers(calls, heart, keyspace, settings.foreignIdle(), this.duePoller);
		this.administration = new RedisAdministration(calls, keyspace, this.duePoller);
		this.housekeeping = new RedisHousekeeping(calls, keyspace, this.administration::queues);
	}

	@Override
	public String backend() {
		return BACKEND;
	}

	@Override
	public Duration longestCall() {
		return this.longestCall;
	}

	@Override
	public Appender appender() {
		return this.appender;
	}

	@Override
	public Reader reader() {
		return this.reader;
	}

	@Override
	public Settlements settlements() {
		return this.settlements;
	}

	@Override
	public @Nullable HandlerTransactions handlerTransactions() {
		return null;
	}

	@Override
	public Consumers consumers() {
		return this.consumers;
	}

	@Override
	public Administration administration() {
		return this.administration;
	}

	@Override
	public Housekeeping housekeeping() {
		return this.housekeeping;
	}

	@Override
	public void close() {
		this.duePoller.close();
	}

	/**
	 * The entry of a message as it lies in its stream, as any other client reads it. Of
	 * fields with the same name the last.
	 * @param message a message that was claimed from this store
	 * @throws IllegalArgumentException if it comes from another store
	 */
	public MapRecord<byte[], String, byte[]> entry(ClaimedMessage message) {
		Assert.isTrue(message.receipt() instanceof RedisReceipt,
				() -> "Message " + message.id() + " does not come from Redis, and has no stream entry");
		RedisReceipt receipt = (RedisReceipt) message.receipt();
		Map<String, byte[]> fields = new LinkedHashMap<>(receipt.fields().values());
		return MapRecord.create(receipt.stream(), fields).withId(RecordId.of(receipt.entry()));
	}

	/**
	 * To which length a send cuts a queue.
	 *
	 * @param length how many of the newest messages are left
	 * @param exact whether to cut to just that, or to what is quick for the server: some
	 * hundred more
	 */
	public record LengthCap(long length, boolean exact) {

		public LengthCap {
			Assert.isTrue(length >= 1, "'length' must be at least 1");
		}

	}

	/**
	 * How the store uses Redis.
	 *
	 * @param prefix what the keys of all queues start with
	 * @param pollInterval how often to look for due messages of which this instance does
	 * not know
	 * @param block how long a read waits for new messages; it is cut to half the command
	 * timeout of the client
	 * @param foreignIdle after what time a message that a client without heartbeat holds
	 * is taken over
	 * @param reconcileInterval how often to look for messages that this consumer holds
	 * without knowing
	 */
	public record Settings(String prefix, Duration pollInterval, Duration block, Duration foreignIdle,
			Duration reconcileInterval) {

		public Settings {
			Assert.hasText(prefix, "'prefix' must not be empty");
			assertPositive("pollInterval", pollInterval);
			assertPositive("block", block);
			assertPositive("foreignIdle", foreignIdle);
			assertPositive("reconcileInterval", reconcileInterval);
		}

		/**
		 * The settings unless something else is wanted.
		 */
		public static Settings defaults() {
			return new Settings("queue:", Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofMinutes(5),
					Duration.ofSeconds(5));
		}

		// A block of less than a millisecond would be a busy loop
		private static void assertPositive(String name, Duration value) {
			Assert.isTrue(value.toMillis() > 0, () -> "'%s' must be at least 1ms".formatted(name));
		}

	}

}
