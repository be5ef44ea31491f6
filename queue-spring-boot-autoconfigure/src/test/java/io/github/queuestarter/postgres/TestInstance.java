package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import javax.sql.DataSource;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.EncodedPayload.Format;
import io.github.queuestarter.Position;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.ConsumerIds;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.OutgoingMessage;
import io.github.queuestarter.store.Settlement;
import io.github.queuestarter.store.Subscription;

import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.transaction.PlatformTransactionManager;

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
		this(pool, dedicated, settings, WakeupReader.PROBE_INTERVAL);
	}

	TestInstance(DataSource pool, DataSource dedicated, PostgresStore.Settings settings, Duration probeInterval) {
		this.store = new PostgresStore(pool, dedicated, settings, this.events::add,
				new StaticListableBeanFactory().getBeanProvider(PlatformTransactionManager.class), probeInterval);
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
		return listen(queue, group, room, received, Settlement.Ack::new);
	}

	AckingSink listen(String queue, String group, int room, Map<String, AtomicInteger> received,
			Function<ClaimedMessage, Settlement> decision) {
		AckingSink sink = new AckingSink(this.consumer, room, this.store.settlements(), received, decision);
		MessageSource source = this.store.reader()
			.open(new Subscription(queue, group, Position.earliest(), "test"), sink);
		this.sources.put(source, sink);
		source.start();
		return sink;
	}

	/**
	 * What the store says about wake-ups.
	 */
	Map<String, Object> wakeup() {
		return this.store.administration().condition().details().get("wakeup");
	}

	boolean isListening() {
		return Boolean.TRUE.equals(wakeup().get("listening"));
	}

	<T extends QueueEvent> List<T> events(Class<T> type) {
		return this.events.stream().filter(type::isInstance).map(type::cast).toList();
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
