package io.github.queuestarter.redis;

import java.time.Duration;

import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.Administration;
import io.github.queuestarter.store.Appender;
import io.github.queuestarter.store.Consumers;
import io.github.queuestarter.store.HandlerTransactions;
import io.github.queuestarter.store.Housekeeping;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.Reader;
import io.github.queuestarter.store.Settlements;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;
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
		Keyspace keyspace = new Keyspace(settings.prefix());
		Events events = new Events(observer);
		RedisCalls sends = new RedisCalls(connections, CommandTimeout.of(connections).value());
		RedisCalls calls = new RedisCalls(connections, CommandTimeout.of(connections).atMost(LONGEST_CALL).value());
		RedisCalls heart = new RedisCalls(dedicated, CommandTimeout.of(dedicated).atMost(LONGEST_BEAT).value());
		this.duePoller = new DuePoller(calls, settings.pollInterval());
		this.appender = new RedisAppender(sends, keyspace, this.duePoller);
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
