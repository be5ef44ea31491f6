package io.github.queuestarter.redis;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Sink;

/**
 * The way into a sink. Once it is shut, nothing passes.
 */
final class Inlet {

	private final ReentrantLock lock = new ReentrantLock();

	private final Sink sink;

	private boolean shut;

	Inlet(Sink sink) {
		this.sink = sink;
	}

	void passNew(List<ClaimedMessage> messages) {
		pass(() -> this.sink.acceptNew(messages));
	}

	void passDue(List<ClaimedMessage> messages) {
		pass(() -> this.sink.acceptDue(messages));
	}

	void shut() {
		this.lock.lock();
		try {
			this.shut = true;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void pass(Runnable handOver) {
		this.lock.lock();
		try {
			if (!this.shut) {
				handOver.run();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

}
