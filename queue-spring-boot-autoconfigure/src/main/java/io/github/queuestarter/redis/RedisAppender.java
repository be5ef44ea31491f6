package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.github.queuestarter.SendNotConfirmedException;
import io.github.queuestarter.store.Appender;
import io.github.queuestarter.store.OutgoingMessage;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.protocol.AsyncCommand;
import org.jspecify.annotations.Nullable;

/**
 * Adds messages to streams. Never part of a transaction.
 */
final class RedisAppender implements Appender {

	private static final int MOST_MESSAGES = 1000;

	private static final int MOST_BYTES = 4 * 1024 * 1024;

	private final RedisCalls calls;

	private final Keyspace keyspace;

	private final DuePoller duePoller;

	private final LengthCaps caps;

	private final QueueNames names;

	private final @Nullable ConfirmedCalls confirmed;

	/**
	 * Create a new instance.
	 * @param confirmed does what replicas must confirm, or null if they need not
	 */
	RedisAppender(RedisCalls calls, @Nullable ConfirmedCalls confirmed, Keyspace keyspace, QueueNames names,
			DuePoller duePoller, LengthCaps caps) {
		this.calls = calls;
		this.confirmed = confirmed;
		this.keyspace = keyspace;
		this.names = names;
		this.duePoller = duePoller;
		this.caps = caps;
	}

	@Override
	public boolean joinsTransaction() {
		return false;
	}

	@Override
	public void append(List<OutgoingMessage> messages, boolean join) {
		messages.stream().map(OutgoingMessage::queue).distinct().forEach(this.names::add);
		List<OutgoingMessage> scheduled = messages.stream().filter(OutgoingMessage::scheduled).toList();
		List<OutgoingMessage> others = messages.stream().filter((message) -> !message.scheduled()).toList();
		List<SendNotConfirmedException> unconfirmed = new ArrayList<>();
		if (this.confirmed != null) {
			byQueue(scheduled).forEach((queue, part) -> inBatches(part,
					(batch) -> noting(unconfirmed, () -> scheduleConfirmed(queue, batch))));
			byQueue(others).forEach(
					(queue, part) -> inBatches(part, (batch) -> noting(unconfirmed, () -> addConfirmed(queue, batch))));
		}
		else {
			inBatches(scheduled, this::schedule);
			inBatches(others, this::add);
		}
		others.stream().map(OutgoingMessage::queue).distinct().map(this.keyspace::queue).forEach(this.caps::apply);
		if (!unconfirmed.isEmpty()) {
			throw asOne(unconfirmed);
		}
	}

	// It was sent, so that the rest must be, too
	private static void noting(List<SendNotConfirmedException> unconfirmed, Runnable send) {
		try {
			send.run();
		}
		catch (SendNotConfirmedException ex) {
			unconfirmed.add(ex);
		}
	}

	private static SendNotConfirmedException asOne(List<SendNotConfirmedException> unconfirmed) {
		SendNotConfirmedException first = unconfirmed.get(0);
		List<String> ids = unconfirmed.stream().flatMap((one) -> one.getIds().stream()).toList();
		return (unconfirmed.size() == 1) ? first : new SendNotConfirmedException(
				"%s In all, %d messages were sent and not confirmed.".formatted(first.getMessage(), ids.size()), ids);
	}

	private static Map<String, List<OutgoingMessage>> byQueue(List<OutgoingMessage> messages) {
		return messages.stream()
			.collect(Collectors.groupingBy(OutgoingMessage::queue, LinkedHashMap::new, Collectors.toList()));
	}

	private static void inBatches(List<OutgoingMessage> messages, Consumer<List<OutgoingMessage>> action) {
		List<OutgoingMessage> batch = new ArrayList<>();
		int bytes = 0;
		for (OutgoingMessage message : messages) {
			batch.add(message);
			bytes += message.payload().bytes().length;
			if (batch.size() == MOST_MESSAGES || bytes >= MOST_BYTES) {
				action.accept(List.copyOf(batch));
				batch.clear();
				bytes = 0;
			}
		}
		if (!batch.isEmpty()) {
			action.accept(batch);
		}
	}

	private void add(List<OutgoingMessage> messages) {
		List<Supplier<AsyncCommand<byte[], byte[], String>>> commands = new ArrayList<>(messages.size());
		for (OutgoingMessage message : messages) {
			byte[] stream = this.keyspace.queue(message.queue()).stream();
			Fields fields = Entry.write(message.id(), message.payload(), message.headers());
			commands.add(() -> RawCommands.xadd(stream, fields));
		}
		this.calls.dispatchAll(commands);
	}

	private void addConfirmed(String queue, List<OutgoingMessage> messages) {
		confirmed().call(this.keyspace.queue(queue).stream(), ids(messages),
				messages.stream().map(this::addCall).toList());
	}

	private SendCall addCall(OutgoingMessage message) {
		byte[] stream = this.keyspace.queue(message.queue()).stream();
		Object[] fields = Entry.write(message.id(), message.payload(), message.headers()).toArray();
		return (commands) -> commands.xadd(stream, fields);
	}

	private void schedule(List<OutgoingMessage> messages) {
		List<Reply> replies = this.calls.evalAll(messages.stream().map(this::scheduleCall).toList());
		for (int i = 0; i < messages.size(); i++) {
			this.duePoller.lookAtQueue(messages.get(i).queue(), Duration.ofMillis(replies.get(i).number(0)));
		}
	}

	// With the text of the script: it is the rare case, and needs no second try
	private void scheduleConfirmed(String queue, List<OutgoingMessage> messages) {
		List<SendCall> calls = new ArrayList<>();
		for (OutgoingMessage message : messages) {
			ScriptCall call = scheduleCall(message);
			calls.add((commands) -> commands.eval(call.script().text(), ScriptOutputType.MULTI, call.keyArray(),
					call.argumentArray()));
		}
		confirmed().call(this.keyspace.queue(queue).scheduled(), ids(messages), calls).forEach((answer) -> {
			if (answer instanceof List<?> items) {
				this.duePoller.lookAtQueue(queue, Duration.ofMillis(new Reply(items).number(0)));
			}
		});
	}

	private ConfirmedCalls confirmed() {
		return Objects.requireNonNull(this.confirmed);
	}

	private static List<String> ids(List<OutgoingMessage> messages) {
		return messages.stream().map(OutgoingMessage::id).toList();
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

}
