package io.github.queuestarter.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A sink that keeps what it is handed until the test takes it, and notes when the store
 * breaks the rules of {@link Sink}. A message takes up room until it is settled.
 */
final class RecordingSink implements Sink {

	static final int ROOM = 1000;

	private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

	private static final Duration RETRY_POLL_AFTER = Duration.ofMillis(50);

	private final Subscription subscription;

	private final Map<Receipt, ClaimedMessage> heldNew = new LinkedHashMap<>();

	private final Map<Receipt, ClaimedMessage> heldDue = new LinkedHashMap<>();

	private final List<ClaimedMessage> arrived = new ArrayList<>();

	private final List<String> violations = new ArrayList<>();

	private String consumer;

	private int room = ROOM;

	private int roomForDue = 1000;

	private int suspects = 1000;

	private int granted;

	private int grantedDue;

	private int toLose;

	private int lost;

	private int polls;

	private boolean stopped;

	private @Nullable Thread reader;

	private @Nullable Thread dueReader;

	private @Nullable Throwable lastFailure;

	RecordingSink(Subscription subscription, String consumer) {
		this.subscription = subscription;
		this.consumer = consumer;
	}

	Subscription subscription() {
		return this.subscription;
	}

	/**
	 * Claim under another name from now on.
	 */
	synchronized void consumer(String consumer) {
		this.consumer = consumer;
	}

	/**
	 * How many unsettled new messages there may be.
	 */
	synchronized RecordingSink room(int messages) {
		this.room = messages;
		notifyAll();
		return this;
	}

	/**
	 * How many unsettled due messages there may be.
	 */
	synchronized RecordingSink roomForDue(int messages, int suspects) {
		this.roomForDue = messages;
		this.suspects = suspects;
		return this;
	}

	/**
	 * Drop the next messages unseen, as when the answer to a claim is lost.
	 */
	synchronized RecordingSink loseNext(int messages) {
		this.toLose = messages;
		return this;
	}

	/**
	 * Wait until so many messages have been dropped.
	 */
	synchronized void awaitLost(int messages) {
		await(() -> this.lost >= messages, LONGEST_WAIT, messages + " lost messages");
	}

	/**
	 * Wait for the next message.
	 */
	ClaimedMessage receive() {
		return receive(LONGEST_WAIT);
	}

	synchronized ClaimedMessage receive(Duration patience) {
		await(() -> !this.arrived.isEmpty(), patience, "a message");
		return this.arrived.remove(0);
	}

	/**
	 * Wait for so many messages.
	 */
	List<ClaimedMessage> receive(int messages) {
		List<ClaimedMessage> received = new ArrayList<>();
		while (received.size() < messages) {
			received.add(receive());
		}
		return received;
	}

	/**
	 * Everything that has arrived; waits a moment when that is nothing.
	 */
	synchronized List<ClaimedMessage> poll() {
		if (this.arrived.isEmpty()) {
			waitFor(Duration.ofMillis(20).toNanos());
		}
		List<ClaimedMessage> received = List.copyOf(this.arrived);
		this.arrived.clear();
		return received;
	}

	/**
	 * What has arrived and was not taken by the test.
	 */
	synchronized List<ClaimedMessage> arrived() {
		return List.copyOf(this.arrived);
	}

	/**
	 * Wait for polls that the store has answered after this call.
	 */
	synchronized void awaitPolls(int more) {
		int enough = this.polls + more;
		await(() -> this.polls >= enough, LONGEST_WAIT, more + " polls");
	}

	/**
	 * Wait until the store has answered a poll, whenever that was: with all that there is
	 * room for it may have been the last one.
	 */
	synchronized void awaitFirstPoll() {
		await(() -> this.polls > 0, LONGEST_WAIT, "the first poll");
	}

	/**
	 * The message is settled, or lost to another consumer. Its next delivery, which has
	 * the same receipt, may have come before this call.
	 */
	synchronized void forget(ClaimedMessage message) {
		this.heldNew.computeIfPresent(message.receipt(), (receipt, held) -> (held != message) ? held : null);
		this.heldDue.computeIfPresent(message.receipt(), (receipt, held) -> (held != message) ? held : null);
		notifyAll();
	}

	synchronized List<ClaimedMessage> held() {
		List<ClaimedMessage> held = new ArrayList<>(this.heldNew.values());
		held.addAll(this.heldDue.values());
		return held;
	}

	synchronized void started() {
		this.stopped = false;
		this.reader = null;
		this.dueReader = null;
	}

	synchronized void stopped() {
		this.stopped = true;
	}

	synchronized List<String> violations() {
		return List.copyOf(this.violations);
	}

	@Override
	public synchronized String consumer() {
		return this.consumer;
	}

	@Override
	public synchronized int awaitRoom(Duration patience) throws InterruptedException {
		this.reader = onlyOne(this.reader, "awaitRoom");
		long end = System.nanoTime() + patience.toNanos();
		while (this.room <= this.heldNew.size()) {
			long left = end - System.nanoTime();
			if (left <= 0) {
				return 0;
			}
			wait(left / 1_000_000 + 1);
		}
		this.granted = this.room - this.heldNew.size();
		return this.granted;
	}

	@Override
	public synchronized void acceptNew(List<ClaimedMessage> messages) {
		this.granted -= messages.size();
		if (this.granted < 0) {
			this.violations.add("acceptNew: " + -this.granted + " messages more than there was room for");
		}
		accept(messages, this.heldNew, "acceptNew");
	}

	@Override
	public synchronized Room roomForDue() {
		this.dueReader = onlyOne(this.dueReader, "roomForDue");
		long suspicious = this.heldDue.values().stream().filter((message) -> message.crashes() > 0).count();
		this.grantedDue = Math.max(0, this.roomForDue - this.heldDue.size());
		return new Room(this.grantedDue, Math.min(this.grantedDue, Math.max(0, this.suspects - (int) suspicious)));
	}

	@Override
	public synchronized void acceptDue(List<ClaimedMessage> messages) {
		this.grantedDue -= messages.size();
		if (this.grantedDue < 0) {
			this.violations.add("acceptDue: " + -this.grantedDue + " messages more than there was room for");
		}
		accept(messages, this.heldDue, "acceptDue");
	}

	@Override
	public synchronized boolean holds(Receipt receipt) {
		return this.heldNew.containsKey(receipt) || this.heldDue.containsKey(receipt);
	}

	@Override
	public synchronized void pollSucceeded() {
		this.polls++;
		notifyAll();
	}

	@Override
	public synchronized Duration pollFailed(Throwable cause) {
		this.lastFailure = cause;
		return RETRY_POLL_AFTER;
	}

	private void accept(List<ClaimedMessage> messages, Map<Receipt, ClaimedMessage> held, String method) {
		if (this.stopped) {
			this.violations.add(method + ": " + messages.size() + " messages after stop had returned");
		}
		for (ClaimedMessage message : messages) {
			if (!message.queue().equals(this.subscription.queue())
					|| !message.group().equals(this.subscription.group())) {
				this.violations.add(method + ": a message of another queue or group: " + message);
			}
			if (this.toLose > 0) {
				this.toLose--;
				this.lost++;
				continue;
			}
			held.put(message.receipt(), message);
			this.arrived.add(message);
		}
		notifyAll();
	}

	private Thread onlyOne(@Nullable Thread before, String method) {
		Thread now = Thread.currentThread();
		if (before != null && before != now && before.isAlive()) {
			this.violations.add(method + ": called by two threads, " + before.getName() + " and " + now.getName());
		}
		return now;
	}

	private void await(Condition condition, Duration patience, String what) {
		long end = System.nanoTime() + patience.toNanos();
		while (!condition.holds()) {
			long left = end - System.nanoTime();
			if (left <= 0) {
				throw new AssertionError("Waited " + patience + " for " + what + " of " + this.subscription
						+ ", arrived: " + this.arrived + ", held: " + held().size(), this.lastFailure);
			}
			waitFor(left);
		}
	}

	private void waitFor(long nanos) {
		try {
			wait(nanos / 1_000_000 + 1);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new AssertionError("Interrupted while waiting", ex);
		}
	}

	private interface Condition {

		boolean holds();

	}

}
