package io.github.queuestarter.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.EncodedPayload.Format;
import io.github.queuestarter.GroupStats;
import io.github.queuestarter.Position;
import io.github.queuestarter.store.Consumers.Beat;
import io.github.queuestarter.store.Consumers.Rescued;
import io.github.queuestarter.store.Consumers.Self;
import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What one application instance does on the seam: registers a consumer, opens sources,
 * settles, beats. Nothing happens by itself but what the store does; heartbeats, fences
 * and rescues are up to the test.
 */
final class Instance implements AutoCloseable {

	private static final String SENTINEL = "contract-sentinel";

	private static final ConsumerIds CONSUMER_IDS = new ConsumerIds();

	private final QueueStore store;

	private final Map<String, String> consumers = new LinkedHashMap<>();

	private final Map<RecordingSink, MessageSource> sources = new LinkedHashMap<>();

	private final List<RecordingSink> sinks = new ArrayList<>();

	Instance(QueueStore store) {
		this.store = store;
	}

	QueueStore store() {
		return this.store;
	}

	/**
	 * Register as a consumer of a queue, unless that has happened.
	 * @return the consumer
	 */
	String join(String queue) {
		return this.consumers.computeIfAbsent(domain(queue), (domain) -> {
			String consumer = CONSUMER_IDS.next();
			this.store.consumers().register(domain, consumer);
			return consumer;
		});
	}

	/**
	 * Register under a new name, as an instance does that found itself fenced.
	 * @return the new consumer
	 */
	String rejoin(String queue) {
		this.consumers.remove(domain(queue));
		String consumer = join(queue);
		for (RecordingSink sink : this.sinks) {
			if (domain(sink.subscription().queue()).equals(domain(queue))) {
				sink.consumer(consumer);
			}
		}
		return consumer;
	}

	/**
	 * Start to receive, from the earliest message if the group is new.
	 */
	RecordingSink listen(String queue, String group) {
		return listen(queue, group, Position.earliest());
	}

	RecordingSink listen(String queue, String group, Position startFrom) {
		return listen(sink(queue, group, startFrom));
	}

	/**
	 * Start to receive into a sink that was set up before. Returns when the group is
	 * there.
	 */
	RecordingSink listen(RecordingSink sink) {
		Subscription subscription = sink.subscription();
		MessageSource source = this.store.reader().open(subscription, sink);
		this.sources.put(sink, source);
		source.start();
		Awaitility.await()
			.pollInterval(Duration.ofMillis(5))
			.until(() -> this.store.administration().groups(subscription.queue()).contains(subscription.group()));
		return sink;
	}

	/**
	 * Start to read for this instance alone, and wait for the first poll.
	 */
	RecordingSink read(String queue, Position startFrom) {
		return read(queue, startFrom, RecordingSink.ROOM);
	}

	/**
	 * The same with room for so many messages.
	 */
	RecordingSink read(String queue, Position startFrom, int room) {
		RecordingSink sink = new RecordingSink(Subscription.ephemeral(queue, startFrom, "contract"), "nobody")
			.room(room);
		this.sinks.add(sink);
		MessageSource source = this.store.reader().open(sink.subscription(), sink);
		this.sources.put(sink, source);
		source.start();
		sink.awaitFirstPoll();
		return sink;
	}

	/**
	 * A sink of this instance, not yet used.
	 */
	RecordingSink sink(String queue, String group, Position startFrom) {
		RecordingSink sink = new RecordingSink(new Subscription(queue, group, startFrom, "contract"), join(queue));
		this.sinks.add(sink);
		return sink;
	}

	/**
	 * Make a group by listening for a moment; the queue must not have messages for it.
	 */
	Instance makeGroup(String queue, String group) {
		stop(listen(queue, group));
		return this;
	}

	/**
	 * Send texts, one append for all of them.
	 * @return their ids
	 */
	List<String> send(String queue, String... texts) {
		return send(Arrays.stream(texts).map((text) -> Messages.text(queue, text)).toArray(OutgoingMessage[]::new));
	}

	List<String> send(OutgoingMessage... messages) {
		this.store.appender().append(List.of(messages), false);
		return Arrays.stream(messages).map(OutgoingMessage::id).toList();
	}

	/**
	 * Settle, whoever holds the messages.
	 * @return the messages that were not held any more
	 */
	List<ClaimedMessage> settle(Settlement... settlements) {
		List<ClaimedMessage> stale = this.store.settlements().settle(List.of(settlements));
		for (Settlement settlement : settlements) {
			this.sinks.forEach((sink) -> sink.forget(settlement.message()));
		}
		return stale;
	}

	/**
	 * Settle messages that this instance holds.
	 */
	void settleHeld(Settlement... settlements) {
		assertThat(settle(settlements)).as("messages that were not held").isEmpty();
	}

	void ack(ClaimedMessage message) {
		settleHeld(new Settlement.Ack(message));
	}

	void ackAll(List<ClaimedMessage> messages) {
		if (!messages.isEmpty()) {
			settleHeld(messages.stream().map(Settlement.Ack::new).toArray(Settlement[]::new));
		}
	}

	void retry(ClaimedMessage message, Duration after) {
		settleHeld(new Settlement.Retry(message, after, Messages.failure()));
	}

	void release(ClaimedMessage message, Duration after) {
		settleHeld(new Settlement.Release(message, after));
	}

	void bury(ClaimedMessage message) {
		settleHeld(new Settlement.Bury(message, Messages.failure()));
	}

	/**
	 * Advance the own heartbeat in the domain of a queue.
	 */
	Beat beat(String queue) {
		String domain = domain(queue);
		Beat beat = this.store.consumers().beat(Map.of(domain, new Self(join(queue), groups(domain)))).get(domain);
		assertThat(beat).as("beat in %s", domain).isNotNull();
		return beat;
	}

	private Set<GroupName> groups(String domain) {
		return this.sources.keySet()
			.stream()
			.map(RecordingSink::subscription)
			.filter((subscription) -> domain(subscription.queue()).equals(domain))
			.map((subscription) -> new GroupName(subscription.queue(), subscription.group()))
			.collect(Collectors.toSet());
	}

	/**
	 * Fence another instance at the counter that it has now.
	 */
	boolean fence(String queue, Instance silent) {
		String consumer = silent.join(queue);
		Long counter = beat(queue).others().get(consumer);
		assertThat(counter).as("counter of %s", consumer).isNotNull();
		return this.store.consumers().fence(domain(queue), join(queue), consumer, counter);
	}

	/**
	 * Take over what unregistered consumers of a queue hold.
	 * @return how many messages of the queue
	 */
	int rescue(String queue) {
		return this.store.consumers()
			.rescue(Set.of(domain(queue)))
			.stream()
			.filter((rescued) -> rescued.queue().equals(queue))
			.mapToInt(Rescued::count)
			.sum();
	}

	/**
	 * Fence an instance that has crashed, and take over what it held.
	 * @return how many messages of the queue were taken over
	 */
	int takeOver(String queue, Instance crashed) {
		assertThat(fence(queue, crashed)).as("fenced").isTrue();
		return rescue(queue);
	}

	/**
	 * How a group stands.
	 */
	GroupStats stats(String queue, String group) {
		return this.store.administration()
			.stats(Set.of(queue))
			.stream()
			.filter((stats) -> stats.group().equals(group))
			.findFirst()
			.orElseThrow(() -> new AssertionError("No stats of group " + group + " of queue " + queue));
	}

	/**
	 * Everything that still arrives although it should not, up to a message that has
	 * taken both ways into the sink, as a new one and as a due one. For groups that this
	 * instance receives alone.
	 */
	List<ClaimedMessage> leftovers(RecordingSink sink) {
		String queue = sink.subscription().queue();
		String id = send(Messages.of(queue, EncodedPayload.ofText(SENTINEL, Format.TEXT), Map.of(SENTINEL, "yes")))
			.get(0);
		List<ClaimedMessage> others = new ArrayList<>();
		release(receiveUntil(sink, id, others), Duration.ZERO);
		ack(receiveUntil(sink, id, others));
		others.addAll(sink.poll());
		return others.stream().filter((message) -> !message.headers().containsKey(SENTINEL)).toList();
	}

	private static ClaimedMessage receiveUntil(RecordingSink sink, String id, List<ClaimedMessage> others) {
		ClaimedMessage message = sink.receive();
		while (!message.id().equals(id)) {
			others.add(message);
			message = sink.receive();
		}
		return message;
	}

	/**
	 * Stop one source; what the sink holds stays held.
	 */
	void stop(RecordingSink sink) {
		MessageSource source = this.sources.remove(sink);
		if (source != null) {
			source.stop();
			sink.stopped();
		}
	}

	/**
	 * Be gone without a word: nothing is received and nothing given back any more.
	 */
	void crash() {
		List.copyOf(this.sources.keySet()).forEach(this::stop);
	}

	/**
	 * Stop cleanly.
	 */
	void retire() {
		crash();
		new LinkedHashSet<>(this.consumers.keySet())
			.forEach((domain) -> this.store.consumers().retire(domain, this.consumers.remove(domain)));
	}

	List<String> violations() {
		return this.sinks.stream().flatMap((sink) -> sink.violations().stream()).toList();
	}

	@Override
	public void close() {
		try {
			retire();
		}
		finally {
			this.store.close();
		}
	}

	private String domain(String queue) {
		return this.store.consumers().domainOf(queue);
	}

}
