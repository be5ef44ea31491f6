package io.github.queuestarter;

import org.jspecify.annotations.Nullable;

/**
 * Messages that were to be sent after the commit of a transaction could not be sent. The
 * transaction itself is committed.
 */
public class SendAfterCommitException extends QueueException {

	public SendAfterCommitException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
