package io.github.queuestarter.redis;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisPipelineException;
import org.springframework.data.redis.connection.stream.ByteRecord;

/**
 * A read that is sent before the records of the last one are handed over, so that the
 * server works meanwhile. At most one is under way, and nothing else may be done with its
 * connection until it is finished.
 */
final class ReadAhead {

	private boolean underWay;

	private @Nullable RuntimeException failure;

	boolean isUnderWay() {
		return this.underWay;
	}

	/**
	 * Send a read. Never fails, so that the records of the last one get through;
	 * {@link #finish} does.
	 * @param read does it, without blocking in the server; what it returns is ignored
	 */
	void begin(RedisConnection connection, Runnable read) {
		this.underWay = true;
		this.failure = null;
		try {
			// A pipeline on a closed one would open another behind it
			if (connection.isClosed()) {
				throw new IllegalStateException("The connection was closed");
			}
			connection.openPipeline();
			read.run();
		}
		catch (RuntimeException ex) {
			this.failure = ex;
		}
	}

	/**
	 * Wait for the answer.
	 */
	List<ByteRecord> finish(RedisConnection connection) {
		this.underWay = false;
		if (this.failure != null) {
			throw this.failure;
		}
		try {
			return onlyAnswer(connection.closePipeline());
		}
		catch (RedisPipelineException ex) {
			if (ex.getCause() instanceof RuntimeException cause) {
				throw cause;
			}
			throw ex;
		}
	}

	@SuppressWarnings("unchecked")
	private static List<ByteRecord> onlyAnswer(List<?> answers) {
		if (answers.size() != 1) {
			throw new IllegalStateException("A read ahead has %d answers".formatted(answers.size()));
		}
		@Nullable List<ByteRecord> records = (List<ByteRecord>) answers.get(0);
		return (records != null) ? records : List.of();
	}

	/**
	 * Note that the connection is gone, and the answer with it.
	 */
	void forget() {
		this.underWay = false;
	}

}
