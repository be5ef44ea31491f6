package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Receipt;
import io.github.queuestarter.store.Sink;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A sink that keeps what it is handed until the test takes it, and can be made to fail.
 */
final class CollectingSink implements Sink {

	static final Duration RETRY_POLL_AFTER = Duration.ofMillis(50);

	private final BlockingQueue<ClaimedMessage> arrived = new LinkedBlockingQueue<>();

	private final Set<Receipt> held = ConcurrentHashMap.newKeySet();

	private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

	private final Semaphore polls = new Semaphore(0);

	volatile String consumer;

	volatile Runnable afterRoom = () -> {
	};

	volatile int room = 100;

	volatile int suspects = Integer.MAX_VALUE;

	volatile Consumer<List<ClaimedMessage>> beforeAccept = (messages) -> {
	};

	volatile Consumer<Throwable> beforeFailure = (cause) -> {
	};

	CollectingSink(String consumer) {
		this.consumer = consumer;
	}

	ClaimedMessage receive() throws InterruptedException {
		ClaimedMessage message = this.arrived.poll(15, TimeUnit.SECONDS);
		assertThat(message).as("a message; failures: %s", this.failures).isNotNull();
		return message;
	}

	/**
	 * Everything that has arrived.
	 */
	List<ClaimedMessage> takeAll() {
		List<ClaimedMessage> messages = new ArrayList<>();
		this.arrived.drainTo(messages);
		return messages;
	}

	Throwable awaitFailure() throws InterruptedException {
		Throwable failure = this.failures.poll(15, TimeUnit.SECONDS);
		assertThat(failure).as("a failed poll").isNotNull();
		return failure;
	}

	/**
	 * Those of polls that nobody has taken yet.
	 */
	List<Throwable> failures() {
		return List.copyOf(this.failures);
	}

	void awaitPolls(int more) throws InterruptedException {
		this.polls.drainPermits();
		assertThat(this.polls.tryAcquire(more, 15, TimeUnit.SECONDS)).as("%s more polls", more).isTrue();
	}

	void forget(ClaimedMessage message) {
		this.held.remove(message.receipt());
	}

	int arrived() {
		return this.arrived.size();
	}

	@Override
	public String consumer() {
		return this.consumer;
	}

	@Override
	public int awaitRoom(Duration patience) throws InterruptedException {
		int free = this.room - this.held.size();
		if (free <= 0) {
			new Semaphore(0).tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
		}
		this.afterRoom.run();
		return Math.max(0, free);
	}

	@Override
	public void acceptNew(List<ClaimedMessage> messages) {
		accept(messages);
	}

	@Override
	public Room roomForDue() {
		return new Room(this.room, Math.min(this.room, this.suspects));
	}

	@Override
	public void acceptDue(List<ClaimedMessage> messages) {
		accept(messages);
	}

	@Override
	public boolean holds(Receipt receipt) {
		return this.held.contains(receipt);
	}

	@Override
	public void pollSucceeded() {
		this.polls.release();
	}

	@Override
	public Duration pollFailed(Throwable cause) {
		this.failures.add(cause);
		this.beforeFailure.accept(cause);
		return RETRY_POLL_AFTER;
	}

	private void accept(List<ClaimedMessage> messages) {
		this.beforeAccept.accept(messages);
		messages.forEach((message) -> this.held.add(message.receipt()));
		this.arrived.addAll(messages);
	}

}
