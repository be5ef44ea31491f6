package io.github.queuestarter;

import org.jspecify.annotations.Nullable;

/**
 * Root of the exceptions that sending to and administering queues throws.
 */
public class QueueException extends RuntimeException {

	public QueueException(String message) {
		super(message);
	}

	public QueueException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
