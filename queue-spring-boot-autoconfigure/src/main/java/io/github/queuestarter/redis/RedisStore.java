package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.UnsafeStoreException;
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

	private final @Nullable ConfirmedCalls confirmed;

	private final Appender appender;

	private final Reader reader;

	private final Settlements settlements;

	private final Consumers consumers;

	private final Administration administration;

	private final Housekeeping housekeeping;

	private final Inspector inspector;

	private final InspectionWatch inspectionWatch;

	private final Events events;

	/**
	 * Create a store. It does not yet talk to Redis.
	 * @param connections the connections of the application
	 * @param dedicated makes the connection of the heartbeat, which nothing else uses
	 * @param settings the settings
	 * @param observer sees what the store noticed by itself
	 */
	public RedisStore(RedisConnectionFactory connections, RedisConnectionFactory dedicated, Settings settings,
			QueueObserver observer) {
		this(connections, dedicated, null, settings, (queue) -> null, observer);
	}

	/**
	 * Create a store that may wait until replicas have what was sent, and may cut some
	 * queues when they are sent to. It does not yet talk to Redis.
	 * @param connections the connections of the application
	 * @param dedicated makes the connection of the heartbeat, which nothing else uses
	 * @param replication what to wait for, or {@code null} to wait for nothing
	 * @param settings the settings
	 * @param caps by name of a queue, to which length a send cuts it, or {@code null}
	 * @param observer sees what the store noticed by itself
	 */
	public RedisStore(RedisConnectionFactory connections, RedisConnectionFactory dedicated,
			@Nullable Replication replication, Settings settings, Function<String, @Nullable LengthCap> caps,
			QueueObserver observer) {
		Keyspace keyspace = new Keyspace(settings.prefix(), settings.keys());
		this.events = new Events(observer);
		RedisCalls sends = new RedisCalls(connections, CommandTimeout.of(connections).value());
		RedisCalls calls = new RedisCalls(connections, CommandTimeout.of(connections).atMost(LONGEST_CALL).value());
		RedisCalls heart = new RedisCalls(dedicated, CommandTimeout.of(dedicated).atMost(LONGEST_BEAT).value());
		Duration longestPoll = CommandTimeout.of(connections).limit(settings.block()).plus(StreamPolling.PATIENCE);
		this.longestCall = (longestPoll.compareTo(LONGEST_CALL) > 0) ? longestPoll : LONGEST_CALL;
		this.duePoller = new DuePoller(calls, settings.pollInterval());
		this.confirmed = (replication != null) ? new ConfirmedCalls(replication) : null;
		Permissions permissions = new Permissions(calls, keyspace, replication != null, this.events);
		QueueNames names = new QueueNames(calls, keyspace);
		this.appender = new RedisAppender(sends, this.confirmed, keyspace, names, this.duePoller,
				new LengthCaps(caps, sends, this.events));
		this.reader = new RedisReader(connections, calls, keyspace, names, settings, this.duePoller, this.events);
		this.settlements = new RedisSettlements(calls, keyspace, this.duePoller, this.events);
		this.consumers = new RedisConsumers(calls, heart, keyspace, settings.foreignIdle(), this.duePoller,
				permissions);
		this.administration = new RedisAdministration(calls, keyspace, this.duePoller, permissions);
		this.housekeeping = new RedisHousekeeping(calls, keyspace, names, this.administration::queues);
		this.inspector = new Inspector(calls, keyspace, connections);
		this.inspectionWatch = new InspectionWatch(this.inspector::inspect, this::report);
	}

	/**
	 * Look whether Redis is set up so that it keeps queues, and warn of what is not. Does
	 * not wait for Redis, and looks as soon as it can be reached.
	 */
	public void inspectServer() {
		this.inspectionWatch.start();
	}

	/**
	 * The same, but look at once and fail. What Redis refuses to tell is no failure, and
	 * if it can't be reached it is looked at later and warned of.
	 * @throws UnsafeStoreException if Redis is not set up so that it keeps queues
	 */
	public void requireSafeServer() {
		Inspection inspection;
		try {
			inspection = this.inspector.inspect();
		}
		catch (QueueStoreException ex) {
			this.events.warn("Could not check whether Redis is safe for queues, as 'queue.redis.strict' demands. It is"
					+ " looked at when it answers, and only warned of then. " + ex.getMessage());
			this.inspectionWatch.start();
			return;
		}
		if (!inspection.risks().isEmpty()) {
			throw new UnsafeStoreException(BACKEND, inspection.risks());
		}
		report(inspection);
	}

	private void report(Inspection inspection) {
		inspection.warnings().forEach(this.events::warn);
		String gap = inspection.gap();
		if (gap != null) {
			this.events.warn(gap);
		}
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
		this.inspectionWatch.close();
		this.duePoller.close();
		if (this.confirmed != null) {
			this.confirmed.close();
		}
	}

	/**
	 * How many replicas must have a message before its send returns.
	 *
	 * @param replicas how many
	 * @param timeout how long to wait for them; it is cut to half the command timeout of
	 * the client
	 * @param connections makes connections that are not shared and do not reconnect by
	 * themselves
	 */
	public record Replication(int replicas, Duration timeout, RedisConnectionFactory connections) {

		public Replication {
			Assert.isTrue(replicas >= 1, "'replicas' must be at least 1");
			Assert.isTrue(timeout.toMillis() > 0, "'timeout' must be at least 1ms");
		}

	}

	/**
	 * The entry of a message as it lies in its stream, as any other client reads it. Of
	 * fields with the same name the last.
	 * @param message a message that was claimed from this store
	 * @throws IllegalArgumentException if it comes from another store
	 */
	public MapRecord<byte[], String, byte[]> entry(ClaimedMessage message) {
		if (message.receipt() instanceof ReadReceipt receipt) {
			return entry(receipt.keys().stream(), receipt.entry(), receipt.fields());
		}
		Assert.isTrue(message.receipt() instanceof RedisReceipt,
				() -> "Message " + message.id() + " does not come from Redis, and has no stream entry");
		RedisReceipt receipt = (RedisReceipt) message.receipt();
		return entry(receipt.stream(), receipt.entry(), receipt.fields());
	}

	private static MapRecord<byte[], String, byte[]> entry(byte[] stream, String entry, Fields fields) {
		Map<String, byte[]> values = new LinkedHashMap<>(fields.values());
		return MapRecord.create(stream, values).withId(RecordId.of(entry));
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
	 * @param refreshIdle whether to renew then the idle times of those that it knows, for
	 * clients that claim what is idle
	 * @param keys key of the stream of each queue that has one of its own, by queue
	 */
	public record Settings(String prefix, Duration pollInterval, Duration block, Duration foreignIdle,
			Duration reconcileInterval, boolean refreshIdle, Map<String, String> keys) {

		public Settings {
			Assert.hasText(prefix, "'prefix' must not be empty");
			assertPositive("pollInterval", pollInterval);
			assertPositive("block", block);
			assertPositive("foreignIdle", foreignIdle);
			assertPositive("reconcileInterval", reconcileInterval);
			Keyspace.check(keys);
			keys = Map.copyOf(keys);
		}

		/**
		 * Settings without what only clients of other kinds make necessary.
		 */
		public Settings(String prefix, Duration pollInterval, Duration block, Duration foreignIdle,
				Duration reconcileInterval) {
			this(prefix, pollInterval, block, foreignIdle, reconcileInterval, false, Map.of());
		}

		/**
		 * The same with renewed idle times.
		 */
		public Settings withRefreshIdle(boolean refreshIdle) {
			return new Settings(this.prefix, this.pollInterval, this.block, this.foreignIdle, this.reconcileInterval,
					refreshIdle, this.keys);
		}

		/**
		 * The same with keys of their own for some queues.
		 */
		public Settings withKeys(Map<String, String> keys) {
			return new Settings(this.prefix, this.pollInterval, this.block, this.foreignIdle, this.reconcileInterval,
					this.refreshIdle, keys);
		}

		/**
		 * The settings unless something else is wanted.
		 */
		public static Settings defaults() {
			return new Settings("queue:", Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofMinutes(5),
					Duration.ofSeconds(5));
		}

		// A block of less than a millisecond would be a busy loop
		private static void assertPositive(String name, Duration value) {
			Assert.isTrue(value.toMillis() > 0, () -> "'%s' must be at least 1ms".formatted(name));
		}

	}

}
