package io.github.queuestarter.redis;

import java.util.List;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.MapRecord;

/**
 * What is done before, at and after each poll of a {@link StreamPolling}, all on its
 * thread.
 */
interface Polls {

	/**
	 * A thousand messages of a megabyte in one answer leave a Redis of 1.5 GB no memory
	 * for those who send.
	 */
	int MOST_AT_ONCE = 500;

	/**
	 * Wait until it makes sense to poll. Returns early if the reception stops.
	 */
	void awaitTurn() throws InterruptedException;

	/**
	 * Poll, by exactly as much as there is room for and {@link #MOST_AT_ONCE} at most.
	 */
	List<ByteRecord> poll(RedisConnection connection, BlockingRead blocking);

	/**
	 * Take a record of the last poll; with the last of them all are handed over.
	 */
	void take(MapRecord<byte[], byte[], byte[]> message);

	/**
	 * Hand over what is still on its way: there will be no further poll.
	 */
	void end(RedisConnection connection);

	/**
	 * Tell the sink that a poll failed, and wait as long as it says.
	 */
	void failed(Throwable cause) throws InterruptedException;

}
