package io.github.queuestarter.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.queuestarter.store.Appender;
import io.github.queuestarter.store.OutgoingMessage;
import io.lettuce.core.protocol.AsyncCommand;

/**
 * Adds messages to streams. Never part of a transaction.
 */
final class RedisAppender implements Appender {

	private static final int MOST_MESSAGES = 1000;

	private static final int MOST_BYTES = 4 * 1024 * 1024;

	private static final Duration NAME_KNOWN = Duration.ofMinutes(1);

	private final RedisCalls calls;

	private final Keyspace keyspace;

	private final DuePoller duePoller;

	private final Map<String, Long> namedAt = new ConcurrentHashMap<>();

	RedisAppender(RedisCalls calls, Keyspace keyspace, DuePoller duePoller) {
		this.calls = calls;
		this.keyspace = keyspace;
		this.duePoller = duePoller;
	}

	@Override
	public boolean joinsTransaction() {
		return false;
	}

	@Override
	public void append(List<OutgoingMessage> messages, boolean join) {
		messages.stream().map(OutgoingMessage::queue).distinct().forEach(this::name);
		schedule(messages.stream().filter(OutgoingMessage::scheduled).toList());
		add(messages.stream().filter((message) -> !message.scheduled()).toList());
	}

	private void add(List<OutgoingMessage> messages) {
		List<AsyncCommand<byte[], byte[], String>> batch = new ArrayList<>();
		int bytes = 0;
		for (OutgoingMessage message : messages) {
			byte[] stream = this.keyspace.queue(message.queue()).stream();
			batch.add(RawCommands.xadd(stream, Entry.write(message.id(), message.payload(), message.headers())));
			bytes += message.payload().bytes().length;
			if (batch.size() == MOST_MESSAGES || bytes >= MOST_BYTES) {
				this.calls.dispatchAll(batch);
				batch.clear();
				bytes = 0;
			}
		}
		if (!batch.isEmpty()) {
			this.calls.dispatchAll(batch);
		}
	}

	private void schedule(List<OutgoingMessage> messages) {
		for (int start = 0; start < messages.size(); start += MOST_MESSAGES) {
			List<OutgoingMessage> part = messages.subList(start, Math.min(messages.size(), start + MOST_MESSAGES));
			List<Reply> replies = this.calls.evalAll(part.stream().map(this::scheduleCall).toList());
			for (int i = 0; i < part.size(); i++) {
				this.duePoller.lookAtQueue(part.get(i).queue(), Duration.ofMillis(replies.get(i).number(0)));
			}
		}
	}

	private ScriptCall scheduleCall(OutgoingMessage message) {
		QueueKeys keys = this.keyspace.queue(message.queue());
		ScriptCall call = ScriptCall.of(RedisScript.SCHEDULE, List.of(keys.scheduled(), keys.bodies()), message.id());
		if (message.at() != null) {
			call.with("at", message.at().toEpochMilli());
		}
		else {
			call.with("in", (message.delay() != null) ? message.delay().toMillis() : 0);
		}
		return call.with(Entry.write(message.id(), message.payload(), message.headers()).toArray());
	}

	// Said again from time to time, as the set of names may get lost
	private void name(String queue) {
		Long last = this.namedAt.get(queue);
		long now = System.nanoTime();
		if (last == null || now - last > NAME_KNOWN.toNanos()) {
			this.calls.call((commands) -> commands.sadd(this.keyspace.names(), queue.getBytes(StandardCharsets.UTF_8)));
			this.namedAt.put(queue, now);
		}
	}

}
