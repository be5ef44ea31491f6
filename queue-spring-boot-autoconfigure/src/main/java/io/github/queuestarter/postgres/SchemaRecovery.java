package io.github.queuestarter.postgres;

import io.github.queuestarter.QueueStoreException;

/**
 * Makes the tables again when they were dropped while the application runs, and re-bases
 * them when the database was replaced below it.
 */
final class SchemaRecovery {

	private final SchemaInitializer initializer;

	private final Rebase rebase;

	private final boolean allowed;

	SchemaRecovery(SchemaInitializer initializer, Rebase rebase, boolean allowed) {
		this.initializer = initializer;
		this.rebase = rebase;
		this.allowed = allowed;
	}

	/**
	 * Run something, and once more if the tables were gone or not at home.
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
	 * Make the tables again if their lack was the reason of a failure, or re-base them if
	 * that was.
	 * @return whether it was
	 */
	boolean recover(Throwable failure) {
		if (SqlFailures.isNotAtHome(failure)) {
			this.rebase.run();
			return true;
		}
		if (!this.allowed || !SqlFailures.isSchemaMissing(failure)) {
			return false;
		}
		this.initializer.initialize();
		this.rebase.run();
		return true;
	}

}
