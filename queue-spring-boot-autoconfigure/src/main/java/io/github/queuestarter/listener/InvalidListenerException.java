package io.github.queuestarter.listener;

import io.github.queuestarter.QueueException;
import org.jspecify.annotations.Nullable;

/**
 * A listener method can't be used as it is declared.
 */
public class InvalidListenerException extends QueueException {

	private final String action;

	InvalidListenerException(String message, String action, @Nullable Throwable cause) {
		super(message, cause);
		this.action = action;
	}

	/**
	 * What to do about it.
	 */
	public String getAction() {
		return this.action;
	}

}
