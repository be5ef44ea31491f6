package io.github.queuestarter.autoconfigure;

import java.time.Duration;

import io.github.queuestarter.postgres.PostgresStore;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Settings of queues on Postgres.
 */
@ConfigurationProperties("queue.postgres")
public class QueuePostgresProperties {

	/**
	 * Database schema of the queue's tables and functions.
	 */
	private String schema = "queue";

	/**
	 * Whether to make the tables at start when they are missing or old.
	 */
	private PostgresStore.Initialize initializeSchema = PostgresStore.Initialize.ALWAYS;

	/**
	 * The longest time between two looks for new messages. An idle listener looks less
	 * and less often until it has come to this.
	 */
	private Duration pollInterval = Duration.ofSeconds(1);

	/**
	 * Whether instances wake each other when there are new messages. Off for connection
	 * poolers that swallow notifications, like PgBouncer in transaction mode; messages of
	 * other instances are then found by polling.
	 */
	private boolean notify = true;

	/**
	 * What becomes of a send inside a transaction that the queue's DataSource has no part
	 * in: it waits for the commit, or fails.
	 */
	private PostgresStore.UnjoinedTransaction unjoinedTransaction = PostgresStore.UnjoinedTransaction.AFTER_COMMIT;

	public String getSchema() {
		return this.schema;
	}

	public void setSchema(String schema) {
		this.schema = schema;
	}

	public PostgresStore.Initialize getInitializeSchema() {
		return this.initializeSchema;
	}

	public void setInitializeSchema(PostgresStore.Initialize initializeSchema) {
		this.initializeSchema = initializeSchema;
	}

	public Duration getPollInterval() {
		return this.pollInterval;
	}

	public void setPollInterval(Duration pollInterval) {
		this.pollInterval = pollInterval;
	}

	public boolean isNotify() {
		return this.notify;
	}

	public void setNotify(boolean notify) {
		this.notify = notify;
	}

	public PostgresStore.UnjoinedTransaction getUnjoinedTransaction() {
		return this.unjoinedTransaction;
	}

	public void setUnjoinedTransaction(PostgresStore.UnjoinedTransaction unjoinedTransaction) {
		this.unjoinedTransaction = unjoinedTransaction;
	}

}
