package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.EncodedPayload.Format;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.store.ConsumerIds;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.OutgoingMessage;
import io.github.queuestarter.store.StartFrom;
import io.github.queuestarter.store.Subscription;

/**
 * An application instance that acks what it receives.
 */
final class TestInstance implements AutoCloseable {

	private static final ConsumerIds CONSUMER_IDS = new ConsumerIds();

	private final String consumer = CONSUMER_IDS.next();

	private final List<QueueEvent> events = new CopyOnWriteArrayList<>();

	private final Map<MessageSource, AckingSink> sources = new HashMap<>();

	private final PostgresStore store;

	TestInstance(DataSource pool, PostgresStore.Settings settings) {
		this(pool, Databases.dedicated(), settings);
	}

	TestInstance(DataSource pool, DataSource dedicated, PostgresStore.Settings settings) {
		this.store = new PostgresStore(pool, dedicated, settings, this.events::add);
		this.store.initialize();
		this.store.consumers().register("postgres", this.consumer);
	}

	PostgresStore store() {
		return this.store;
	}

	String consumer() {
		return this.consumer;
	}

	List<QueueEvent> events() {
		return this.events;
	}

	AckingSink listen(String queue, String group, int room, Map<String, AtomicInteger> received) {
		AckingSink sink = new AckingSink(this.consumer, room, this.store.settlements(), received);
		MessageSource source = this.store.reader()
			.open(new Subscription(queue, group, StartFrom.EARLIEST, "test"), sink);
		this.sources.put(source, sink);
		source.start();
		return sink;
	}

	static OutgoingMessage message(String queue, String text) {
		return new OutgoingMessage(UUID.randomUUID().toString(), queue, EncodedPayload.ofText(text, Format.TEXT),
				Map.of(), null, null);
	}

	/**
	 * Send texts.
	 * @return their ids
	 */
	List<String> send(boolean join, String queue, String... texts) {
		List<OutgoingMessage> messages = Arrays.stream(texts).map((text) -> message(queue, text)).toList();
		this.store.appender().append(messages, join);
		return messages.stream().map(OutgoingMessage::id).toList();
	}

	/**
	 * Send something that is due after a while.
	 * @return its id
	 */
	String sendLater(String queue, Duration delay) {
		OutgoingMessage message = new OutgoingMessage(UUID.randomUUID().toString(), queue,
				EncodedPayload.ofText("later", Format.TEXT), Map.of(), delay, null);
		this.store.appender().append(List.of(message), false);
		return message.id();
	}

	@Override
	public void close() throws InterruptedException {
		for (Map.Entry<MessageSource, AckingSink> source : this.sources.entrySet()) {
			source.getKey().stop();
			source.getValue().close();
		}
		this.store.consumers().retire("postgres", this.consumer);
		this.store.close();
	}

}
