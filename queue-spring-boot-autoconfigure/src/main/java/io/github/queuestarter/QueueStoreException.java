package io.github.queuestarter;

import org.jspecify.annotations.Nullable;

/**
 * The store could not be reached or refused. A send that ended with this exception may
 * have been stored all the same.
 */
public class QueueStoreException extends QueueException {

	public QueueStoreException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
