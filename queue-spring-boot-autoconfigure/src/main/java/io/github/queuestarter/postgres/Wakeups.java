package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

import org.jspecify.annotations.Nullable;

/**
 * Wakes who waits for messages: in this instance at once, in others by a signal. Never
 * waits and never fails.
 */
final class Wakeups {

	private final Map<String, Set<Pause>> pauses = new ConcurrentHashMap<>();

	private final String sender = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());

	private final DuePlan duePlan;

	private final @Nullable Notifier notifier;

	private final long pollInterval;

	/**
	 * Create.
	 * @param notifier sends to others, or {@code null} if they only poll
	 * @param pollInterval others look after this time by themselves
	 */
	Wakeups(DuePlan duePlan, @Nullable Notifier notifier, Duration pollInterval) {
		this.duePlan = duePlan;
		this.notifier = notifier;
		this.pollInterval = pollInterval.toMillis();
	}

	/**
	 * By what this instance knows its own signals.
	 */
	String sender() {
		return this.sender;
	}

	void add(String queue, Pause pause) {
		this.pauses.computeIfAbsent(queue, (name) -> ConcurrentHashMap.newKeySet()).add(pause);
	}

	void remove(String queue, Pause pause) {
		this.pauses.getOrDefault(queue, Set.of()).remove(pause);
	}

	/**
	 * There are new messages.
	 */
	void sent(Collection<String> queues) {
		queues.forEach((queue) -> {
			wake(queue);
			tellOthers(Signal.What.SENT, queue);
		});
	}

	/**
	 * Something is to be retried.
	 */
	void retryWithin(String queue, long millis) {
		this.duePlan.retriesWithin(queue, millis);
		if (millis < this.pollInterval) {
			tellOthers(Signal.What.DUE, queue);
		}
	}

	/**
	 * Something is scheduled.
	 */
	void scheduledWithin(String queue, long millis) {
		this.duePlan.scheduledWithin(millis);
		if (millis < this.pollInterval) {
			tellOthers(Signal.What.DUE, queue);
		}
	}

	/**
	 * Something is due, of whatever queue.
	 */
	void dueNow() {
		this.duePlan.lookNow("");
		tellOthers(Signal.What.DUE, "");
	}

	/**
	 * Another instance has sent a signal.
	 */
	void heard(Signal signal) {
		if (signal.sender().equals(this.sender)) {
			return;
		}
		switch (signal.what()) {
			case SENT -> wake(signal.name());
			case DUE -> this.duePlan.lookNow(signal.name());
			case PROBE -> {
			}
		}
	}

	/**
	 * Signals of others may have been missed.
	 */
	void heardAnything() {
		this.pauses.values().forEach((queue) -> queue.forEach(Pause::wake));
		this.duePlan.lookNow("");
	}

	private void wake(String queue) {
		this.pauses.getOrDefault(queue, Set.of()).forEach(Pause::wake);
	}

	private void tellOthers(Signal.What what, String queue) {
		if (this.notifier != null) {
			this.notifier.send(new Signal(what, this.sender, queue));
		}
	}

}
