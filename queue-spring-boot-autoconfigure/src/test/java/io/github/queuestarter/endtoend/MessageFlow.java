package io.github.queuestarter.endtoend;

import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuestarter.QueueException;

/**
 * Sends numbered texts one after another until it is closed, whatever happens to the
 * store, and notes those whose send returned.
 */
final class MessageFlow implements AutoCloseable {

	private final Received<String> acknowledged = new Received<>();

	private final AtomicInteger numbers = new AtomicInteger();

	private final Thread thread;

	private volatile boolean closed;

	MessageFlow(Application application, String queue) {
		this.thread = new Thread(() -> send(application, queue), "flow");
		this.thread.start();
	}

	private void send(Application application, String queue) {
		while (!this.closed) {
			String text = "message " + this.numbers.incrementAndGet();
			try {
				application.template().send(queue, text);
				this.acknowledged.add(text);
			}
			catch (QueueException ex) {
				// Maybe sent: nobody was promised anything
			}
		}
	}

	Received<String> acknowledged() {
		return this.acknowledged;
	}

	/**
	 * Wait until so many more were sent, for as long as a failover may take.
	 */
	void awaitMore(int count) {
		int before = this.acknowledged.all().size();
		RedisSentinelTests.longAwait().until(() -> this.acknowledged.all().size() >= before + count);
	}

	@Override
	public void close() throws InterruptedException {
		this.closed = true;
		this.thread.join();
	}

}
