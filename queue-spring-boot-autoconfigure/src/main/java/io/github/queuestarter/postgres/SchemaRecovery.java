package io.github.queuestarter.postgres;

import io.github.queuestarter.QueueStoreException;

/**
 * Makes the tables again when they were dropped while the application runs.
 */
final class SchemaRecovery {

	private final SchemaInitializer initializer;

	private final boolean allowed;

	SchemaRecovery(SchemaInitializer initializer, boolean allowed) {
		this.initializer = initializer;
		this.allowed = allowed;
	}

	/**
	 * Run something, and once more if the tables were gone.
	 */
	void run(Runnable action) {
		try {
			action.run();
		}
		catch (QueueStoreException ex) {
			if (!recover(ex)) {
				throw ex;
			}
			action.run();
		}
	}

	/**
	 * Make the tables again if their lack was the reason of a failure.
	 * @return whether they were made
	 */
	boolean recover(Throwable failure) {
		if (!this.allowed || !SqlFailures.isSchemaMissing(failure)) {
			return false;
		}
		this.initializer.initialize();
		return true;
	}

}
