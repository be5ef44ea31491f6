package io.github.queuestarter.benchmarks.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuestarter.benchmarks.Handled;
import io.github.queuestarter.benchmarks.Order;
import io.lettuce.core.Consumer;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;

/**
 * A stream in plain Lettuce, on one connection: nothing but the commands that it takes.
 */
final class RawStream implements AutoCloseable {

	static final String STREAM = "raw";

	private static final byte[] GROUP = bytes("raw-group");

	private static final AtomicInteger CONSUMERS = new AtomicInteger();

	private static final byte[] PAYLOAD = bytes("payload");

	private static final byte[] ID = bytes("id");

	private static final Duration PATIENCE = Duration.ofMinutes(1);

	private static final int BATCH = 500;

	private static final int AT_ONCE = 1000;

	private final byte[] consumer = bytes("raw-consumer-" + CONSUMERS.incrementAndGet());

	private final byte[] stream;

	private final StatefulRedisConnection<byte[], byte[]> connection;

	RawStream(Server server) {
		this(server, STREAM);
	}

	RawStream(Server server, String stream) {
		this.stream = bytes(stream);
		this.connection = server.client().connect(ByteArrayCodec.INSTANCE);
	}

	void createGroup() {
		this.connection.sync()
			.xgroupCreate(XReadArgs.StreamOffset.from(this.stream, "0"), GROUP, XGroupCreateArgs.Builder.mkstream());
	}

	/**
	 * Add a message and wait for the answer.
	 */
	void add(byte[] json) {
		this.connection.sync().xadd(this.stream, Map.of(PAYLOAD, json));
	}

	/**
	 * Add messages in pipelines of 1000, each of which is written at once.
	 */
	void fill(long from, long to) {
		for (long first = from; first < to; first += AT_ONCE) {
			addAll(Order.json(first, Math.min(to, first + AT_ONCE)));
		}
	}

	/**
	 * Add messages in one pipeline.
	 */
	void addAll(List<String> json) {
		pipeline(json.stream().map((one) -> new Object[] { PAYLOAD, bytes(one) }).toList());
	}

	/**
	 * Add messages as our template writes them.
	 */
	void fillAsOurs(int messages) {
		for (long first = 0; first < messages; first += AT_ONCE) {
			pipeline(Order.json(first, Math.min(messages, first + AT_ONCE))
				.stream()
				.map((one) -> new Object[] { PAYLOAD, bytes(one), ID, bytes(UUID.randomUUID().toString()) })
				.toList());
		}
	}

	private void pipeline(List<Object[]> entries) {
		this.connection.setAutoFlushCommands(false);
		List<RedisFuture<?>> answers = new ArrayList<>(entries.size());
		entries.forEach((fields) -> answers.add(this.connection.async().xadd(this.stream, fields)));
		this.connection.flushCommands();
		this.connection.setAutoFlushCommands(true);
		if (!LettuceFutures.awaitAll(PATIENCE, answers.toArray(RedisFuture[]::new))) {
			throw new IllegalStateException("Redis did not answer within " + PATIENCE);
		}
	}

	/**
	 * Read a batch, handle it, and acknowledge it as a whole.
	 * @param deletes whether it is also deleted
	 * @return how many messages it had
	 */
	int handleBatch(Handled handled, boolean deletes) throws Exception {
		List<StreamMessage<byte[], byte[]>> batch = this.connection.sync()
			.xreadgroup(Consumer.from(GROUP, this.consumer), XReadArgs.Builder.count(BATCH),
					XReadArgs.StreamOffset.lastConsumed(this.stream));
		if (batch.isEmpty()) {
			return 0;
		}
		String[] ids = new String[batch.size()];
		for (int i = 0; i < ids.length; i++) {
			ids[i] = batch.get(i).getId();
			handled.add(Order.fromZero(batch.get(i).getBody().values().iterator().next()));
		}
		RedisFuture<Long> acknowledged = this.connection.async().xack(this.stream, GROUP, ids);
		if (deletes) {
			this.connection.async().xdel(this.stream, ids).get();
		}
		acknowledged.get();
		return ids.length;
	}

	long length() {
		return this.connection.sync().xlen(this.stream);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	@Override
	public void close() {
		this.connection.close();
	}

}
