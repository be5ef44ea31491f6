package io.github.queuestarter;

import org.jspecify.annotations.Nullable;

/**
 * Thrown by a handler for a message that no further attempt can help: it becomes a dead
 * letter at once.
 */
public class PermanentFailureException extends RuntimeException {

	public PermanentFailureException(String message) {
		super(message);
	}

	public PermanentFailureException(@Nullable String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
