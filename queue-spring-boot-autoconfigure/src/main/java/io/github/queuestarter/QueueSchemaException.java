package io.github.queuestarter;

/**
 * The tables of a store are missing or of another version, and the store is set up not to
 * make them.
 */
public class QueueSchemaException extends QueueException {

	private final String script;

	/**
	 * Create the exception.
	 * @param message what is wrong with the tables
	 * @param script class path location of the script that makes them
	 */
	public QueueSchemaException(String message, String script) {
		super(message);
		this.script = script;
	}

	/**
	 * Class path location of the script that makes the tables.
	 */
	public String script() {
		return this.script;
	}

}
