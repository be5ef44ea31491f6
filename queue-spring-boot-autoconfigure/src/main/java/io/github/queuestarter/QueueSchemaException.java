package io.github.queuestarter;

/**
 * The tables of a store are missing or old or may not be used, and the store may not make
 * them.
 */
public class QueueSchemaException extends QueueException {

	private final String schema;

	private final String script;

	/**
	 * Create the exception.
	 * @param message what is wrong with the tables
	 * @param schema name of the schema that holds them
	 * @param script class path location of the script that makes them
	 */
	public QueueSchemaException(String message, String schema, String script) {
		super(message);
		this.schema = schema;
		this.script = script;
	}

	/**
	 * Name of the schema that holds the tables.
	 */
	public String schema() {
		return this.schema;
	}

	/**
	 * Class path location of the script that makes the tables.
	 */
	public String script() {
		return this.script;
	}

}
