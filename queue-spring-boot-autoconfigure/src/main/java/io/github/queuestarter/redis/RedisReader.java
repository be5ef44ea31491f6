package io.github.queuestarter.redis;

import java.time.Duration;

import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.Reader;
import io.github.queuestarter.store.Sink;
import io.github.queuestarter.store.Subscription;

import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Receives messages from streams.
 */
final class RedisReader implements Reader {

	private final RedisConnectionFactory connections;

	private final RedisCalls calls;

	private final Keyspace keyspace;

	private final QueueNames names;

	private final RedisStore.Settings settings;

	private final DuePoller duePoller;

	private final Events events;

	RedisReader(RedisConnectionFactory connections, RedisCalls calls, Keyspace keyspace, QueueNames names,
			RedisStore.Settings settings, DuePoller duePoller, Events events) {
		this.connections = connections;
		this.calls = calls;
		this.keyspace = keyspace;
		this.names = names;
		this.settings = settings;
		this.duePoller = duePoller;
		this.events = events;
	}

	@Override
	public MessageSource open(Subscription subscription, Sink sink) {
		return new RedisSource(() -> begin(subscription, sink), this.duePoller);
	}

	private RedisSource.Run begin(Subscription subscription, Sink sink) {
		GroupKeys keys = this.keyspace.queue(subscription.queue()).group(subscription.group());
		Reception reception = new Reception(subscription, keys, sink);
		Duration block = CommandTimeout.of(this.connections).limit(this.settings.block());
		DueMessages dueMessages = new DueMessages(reception, new DueClaims(this.calls, keys, this.events),
				this.settings.pollInterval(), this.events);
		return new RedisSource.Run(new StreamPolling(reception, polls(reception), this.connections, block), dueMessages,
				reception.inlet());
	}

	private Polls polls(Reception reception) {
		Duration interval = this.settings.reconcileInterval();
		if (reception.subscription().ephemeral()) {
			return new OwnReading(reception, this.calls, this.events, interval);
		}
		return new NewMessages(reception, new GroupMaker(this.calls, this.keyspace, this.names, this.events),
				new Reconciler(this.calls, reception.keys(), reception.sink(), interval, this.settings.refreshIdle()),
				this.settings);
	}

}
