package io.github.queuestarter.actuate;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.github.queuestarter.QueueStoreException;
import org.jspecify.annotations.Nullable;

/**
 * A question to a store that may hang for a minute, asked by someone who can't wait for
 * so long. As long as one is not answered, no other is asked.
 */
final class Bounded<T> {

	/**
	 * An answer that came when nobody waited any longer serves the next who asks soon.
	 */
	private static final Duration WORTHLESS = Duration.ofSeconds(15);

	private final Supplier<T> question;

	private final Duration patience;

	private volatile long answeredAt;

	private @Nullable FutureTask<T> asked;

	Bounded(Supplier<T> question, Duration patience) {
		this.question = question;
		this.patience = patience;
	}

	/**
	 * The answer.
	 * @throws QueueStoreException if there is none in time
	 */
	T ask() {
		FutureTask<T> task = task();
		try {
			T answer = task.get(this.patience.toMillis(), TimeUnit.MILLISECONDS);
			forget(task);
			return answer;
		}
		catch (TimeoutException ex) {
			throw new QueueStoreException("no answer within " + this.patience.toMillis() + " ms", null);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new QueueStoreException("interrupted while waiting for an answer", ex);
		}
		catch (ExecutionException ex) {
			forget(task);
			Throwable cause = ex.getCause();
			throw (cause instanceof RuntimeException failure) ? failure
					: new QueueStoreException(String.valueOf(cause), cause);
		}
	}

	private synchronized FutureTask<T> task() {
		FutureTask<T> task = this.asked;
		if (task == null || (task.isDone() && System.nanoTime() - this.answeredAt > WORTHLESS.toNanos())) {
			task = new FutureTask<>(this::answer);
			this.asked = task;
			Thread thread = new Thread(task, "queue-stats");
			thread.setDaemon(true);
			thread.start();
		}
		return task;
	}

	private T answer() {
		try {
			return this.question.get();
		}
		finally {
			this.answeredAt = System.nanoTime();
		}
	}

	private synchronized void forget(FutureTask<T> task) {
		if (this.asked == task) {
			this.asked = null;
		}
	}

}
