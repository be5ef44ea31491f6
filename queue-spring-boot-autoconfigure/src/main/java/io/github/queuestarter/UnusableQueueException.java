package io.github.queuestarter;

/**
 * A queue can't be read, because something else lies where its store keeps it.
 */
public class UnusableQueueException extends QueueException {

	private final String action;

	/**
	 * Create the exception.
	 * @param message what lies where
	 * @param action what to do about it
	 */
	public UnusableQueueException(String message, String action) {
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
