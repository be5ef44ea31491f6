package io.github.queuestarter.store;

import io.github.queuestarter.QueueException;

/**
 * A store could run handlers inside transactions, but lacks something for it.
 */
public class UnavailableTransactionsException extends QueueException {

	private static final long serialVersionUID = 1L;

	private final String action;

	/**
	 * Create the exception.
	 * @param message what is missing
	 * @param action what to do about it
	 */
	public UnavailableTransactionsException(String message, String action) {
		super(message);
		this.action = action;
	}

	/**
	 * What to do about it.
	 */
	public String getAction() {
		return this.action;
	}

}
