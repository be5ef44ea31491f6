package io.github.queuestarter.store;

import io.github.queuestarter.QueueStoreException;
import org.jspecify.annotations.Nullable;

/**
 * The store, or the part of it that holds a queue, can't be reached or can't answer at
 * this moment, whatever it is asked. Nothing is wrong with what it was asked.
 */
public class StoreUnavailableException extends QueueStoreException {

	public StoreUnavailableException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
