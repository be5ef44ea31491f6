package io.github.queuestarter.autoconfigure;

/**
 * A {@code queue.*} key has a value that can't be used.
 */
final class InvalidQueuePropertiesException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String prefix;

	InvalidQueuePropertiesException(String prefix, String message, Throwable cause) {
		super("Settings under '" + prefix + "' can't be used: " + message, cause);
		this.prefix = prefix;
	}

	String prefix() {
		return this.prefix;
	}

}
