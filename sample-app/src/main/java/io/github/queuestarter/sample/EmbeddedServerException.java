package io.github.queuestarter.sample;

/**
 * A server that the sample brings along does not run on this machine.
 */
class EmbeddedServerException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String server;

	private final String property;

	EmbeddedServerException(String server, String property, Throwable cause) {
		super("The embedded " + server + " could not be started: " + cause.getMessage(), cause);
		this.server = server;
		this.property = property;
	}

	String server() {
		return this.server;
	}

	/**
	 * The property that names another server.
	 */
	String property() {
		return this.property;
	}

}
