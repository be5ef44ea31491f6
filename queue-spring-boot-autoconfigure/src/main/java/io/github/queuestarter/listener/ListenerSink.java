package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Receipt;
import io.github.queuestarter.store.Sink;

/**
 * Takes what a source receives, and knows all that the listener holds.
 */
final class ListenerSink implements Sink {

	private static final Duration LEASE_CHECK = Duration.ofMillis(50);

	private final Lease lease;

	private final Intake intake;

	private final PollState polls;

	private final Vital vital;

	private final Consumer<ClaimedMessage> tooLate;

	private final Map<Receipt, ClaimedMessage> holdings = new ConcurrentHashMap<>();

	/**
	 * Create.
	 * @param tooLate what to do with a message that comes when the intake is closed: it
	 * was on its way when the listener stopped
	 */
	ListenerSink(Lease lease, Intake intake, PollState polls, Vital vital, Consumer<ClaimedMessage> tooLate) {
		this.tooLate = tooLate;
		this.lease = lease;
		this.intake = intake;
		this.polls = polls;
		this.vital = vital;
	}

	@Override
	public String consumer() {
		return this.lease.consumer();
	}

	@Override
	public int awaitRoom(Duration patience) throws InterruptedException {
		this.vital.waits();
		try {
			long end = System.nanoTime() + patience.toNanos();
			while (!this.lease.valid()) {
				long left = end - System.nanoTime();
				if (left <= 0) {
					return 0;
				}
				this.intake.awaitChange(Math.min(left, LEASE_CHECK.toNanos()));
			}
			return this.intake.awaitRoom(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
		}
		finally {
			this.vital.works();
		}
	}

	@Override
	public void acceptNew(List<ClaimedMessage> messages) {
		accept(messages, false);
	}

	@Override
	public Room roomForDue() {
		return this.lease.valid() ? new Room(this.intake.roomForDue(), this.intake.roomForSuspects()) : new Room(0, 0);
	}

	@Override
	public void acceptDue(List<ClaimedMessage> messages) {
		accept(messages, true);
	}

	private void accept(List<ClaimedMessage> messages, boolean due) {
		long now = System.nanoTime();
		messages.forEach((message) -> this.holdings.put(message.receipt(), message));
		if (!this.intake.add(messages.stream().map((message) -> new Held(message, due, now)).toList())) {
			messages.forEach(this.tooLate);
		}
	}

	@Override
	public boolean holds(Receipt receipt) {
		return this.holdings.containsKey(receipt);
	}

	@Override
	public void pollSucceeded() {
		this.vital.works();
		this.polls.succeeded();
	}

	@Override
	public Duration pollFailed(Throwable cause) {
		// the source waits now
		this.vital.waits();
		return this.polls.failed(cause);
	}

	/**
	 * Note that a message is settled or lost. A later delivery of the same message may be
	 * here already, with an equal receipt; it is not touched.
	 */
	void forget(ClaimedMessage message) {
		this.holdings.computeIfPresent(message.receipt(), (receipt, held) -> (held == message) ? null : held);
	}

	/**
	 * Whether a message was not delivered anew meanwhile, because its group was rewound.
	 */
	boolean isLatest(ClaimedMessage message) {
		ClaimedMessage held = this.holdings.get(message.receipt());
		return held == null || held == message;
	}

	int held() {
		return this.holdings.size();
	}

}
