package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Receipt;
import io.github.queuestarter.store.Settlement;
import io.github.queuestarter.store.Settlements;
import io.github.queuestarter.store.Sink;
import org.jspecify.annotations.Nullable;

/**
 * Settles everything at once, on a thread of its own, and counts how often each message
 * came.
 */
final class AckingSink implements Sink, AutoCloseable {

	private static final List<ClaimedMessage> END = List.of();

	private final Map<String, AtomicInteger> received;

	private final Map<Receipt, ClaimedMessage> held = new ConcurrentHashMap<>();

	private final BlockingQueue<List<ClaimedMessage>> toSettle = new LinkedBlockingQueue<>();

	private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

	private final AtomicInteger failedPolls = new AtomicInteger();

	private final AtomicInteger polls = new AtomicInteger();

	private long lastPoll = System.nanoTime();

	private volatile Duration lastGap = Duration.ZERO;

	private final String consumer;

	private final int room;

	private final Settlements settlements;

	private final Function<ClaimedMessage, Settlement> decision;

	private final Thread settler = new Thread(this::settle, "acking-sink");

	AckingSink(String consumer, int room, Settlements settlements, Map<String, AtomicInteger> received) {
		this(consumer, room, settlements, received, Settlement.Ack::new);
	}

	AckingSink(String consumer, int room, Settlements settlements, Map<String, AtomicInteger> received,
			Function<ClaimedMessage, Settlement> decision) {
		this.decision = decision;
		this.consumer = consumer;
		this.room = room;
		this.settlements = settlements;
		this.received = received;
		this.settler.start();
	}

	int failedPolls() {
		return this.failedPolls.get();
	}

	/**
	 * How long it was between the last two polls.
	 */
	Duration lastGap() {
		return this.lastGap;
	}

	int polls() {
		return this.polls.get();
	}

	@Nullable Throwable failure() {
		return this.failure.get();
	}

	private void settle() {
		try {
			for (List<ClaimedMessage> batch = this.toSettle.take(); batch != END; batch = this.toSettle.take()) {
				this.settlements.settle(batch.stream().map(this.decision).toList());
				batch.forEach((message) -> this.held.remove(message.receipt()));
				synchronized (this) {
					notifyAll();
				}
			}
		}
		catch (Throwable ex) {
			this.failure.set(ex);
		}
	}

	@Override
	public String consumer() {
		return this.consumer;
	}

	@Override
	public synchronized int awaitRoom(Duration patience) throws InterruptedException {
		if (this.held.size() >= this.room) {
			wait(patience.toMillis());
		}
		return Math.max(0, this.room - this.held.size());
	}

	@Override
	public void acceptNew(List<ClaimedMessage> messages) {
		messages.forEach((message) -> {
			this.received.computeIfAbsent(message.id(), (id) -> new AtomicInteger()).incrementAndGet();
			this.held.put(message.receipt(), message);
		});
		this.toSettle.add(messages);
	}

	@Override
	public Room roomForDue() {
		return new Room(this.room, this.room);
	}

	@Override
	public void acceptDue(List<ClaimedMessage> messages) {
		acceptNew(messages);
	}

	@Override
	public boolean holds(Receipt receipt) {
		return this.held.containsKey(receipt);
	}

	@Override
	public void pollSucceeded() {
		this.polls.incrementAndGet();
		long now = System.nanoTime();
		this.lastGap = Duration.ofNanos(now - this.lastPoll);
		this.lastPoll = now;
	}

	@Override
	public Duration pollFailed(Throwable cause) {
		this.failedPolls.incrementAndGet();
		return Duration.ofMillis(20);
	}

	@Override
	public void close() throws InterruptedException {
		this.toSettle.add(END);
		this.settler.join();
	}

}
