package io.github.queuestarter.listener;

import java.time.Duration;
import java.time.Instant;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import org.jspecify.annotations.Nullable;

/**
 * How the polls of a listener go.
 */
final class PollState {

	private static final Duration FIRST_WAIT = Duration.ofMillis(200);

	private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

	private final BackOff backOff = new BackOff(FIRST_WAIT, 2, LONGEST_WAIT, 0.5);

	private final String backend;

	private final String queue;

	private final String group;

	private final QueueObserver observer;

	private volatile @Nullable Instant lastSuccess;

	private volatile int errors;

	private volatile @Nullable String lastError;

	PollState(String backend, String queue, String group, QueueObserver observer) {
		this.backend = backend;
		this.queue = queue;
		this.group = group;
		this.observer = observer;
	}

	void succeeded() {
		this.lastSuccess = Instant.now();
		int failures = this.errors;
		if (failures > 0) {
			this.errors = 0;
			this.observer.on(new QueueEvent.PollRecovered(this.backend, this.queue, this.group, failures));
		}
	}

	@SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread polls
	Duration failed(Throwable cause) {
		this.errors++;
		this.lastError = String.valueOf(cause.getMessage());
		Duration wait = this.backOff.after(this.errors);
		this.observer.on(new QueueEvent.PollFailed(this.backend, this.queue, this.group, this.errors, wait, cause));
		return wait;
	}

	@Nullable Instant lastSuccess() {
		return this.lastSuccess;
	}

	int errors() {
		return this.errors;
	}

	@Nullable String lastError() {
		return (this.errors > 0) ? this.lastError : null;
	}

}
