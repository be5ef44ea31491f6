package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.List;

import org.springframework.data.redis.connection.RedisStreamCommands;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.MapRecord;

/**
 * What is done before, at and after each poll of a {@link StreamPolling}, all on its
 * thread.
 */
interface Polls {

	/**
	 * Wait until it makes sense to poll. Returns early if the reception stops.
	 */
	void awaitTurn() throws InterruptedException;

	/**
	 * Poll, by exactly as much as there is room for.
	 */
	List<ByteRecord> poll(RedisStreamCommands commands, Duration block);

	/**
	 * Take a record of the last poll; with the last of them all are handed over.
	 */
	void take(MapRecord<byte[], byte[], byte[]> message);

	/**
	 * Tell the sink that a poll failed, and wait as long as it says.
	 */
	void failed(Throwable cause) throws InterruptedException;

}
