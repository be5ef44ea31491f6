package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Sink;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.Consumer;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.connection.stream.StreamReadOptions;

/**
 * Brings the new messages of one group to its sink.
 */
final class NewMessages implements Polls {

	private static final Duration PATIENCE = Duration.ofMillis(200);

	/**
	 * A listener of a paused group must not look dead.
	 */
	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

	private static final int LEAST_AHEAD = MOST_AT_ONCE / 2;

	/**
	 * How much a batch may weigh for another one to be read beside it.
	 */
	private static final long MOST_BYTES_AHEAD = 4 * 1024 * 1024;

	private final Reception reception;

	private final GroupMaker maker;

	private final Reconciler reconciler;

	private final RedisStore.Settings settings;

	private final ReadAhead ahead = new ReadAhead();

	private boolean groupSeen;

	private boolean groupUncertain = true;

	private long nextReconcile;

	private int room;

	private String consumer = "";

	private int asked;

	private int left;

	private List<ClaimedMessage> batch = new ArrayList<>();

	NewMessages(Reception reception, GroupMaker maker, Reconciler reconciler, RedisStore.Settings settings) {
		this.reception = reception;
		this.maker = maker;
		this.reconciler = reconciler;
		this.settings = settings;
		this.nextReconcile = System.nanoTime() + settings.reconcileInterval().toNanos();
	}

	/**
	 * {@inheritDoc} That is when the group is there and not paused, and the sink has
	 * room.
	 */
	@Override
	public void awaitTurn() throws InterruptedException {
		Sink sink = this.reception.sink();
		this.room = 0;
		while (this.room == 0 && !this.ahead.isUnderWay() && !this.reception.isStopping()) {
			makeGroup();
			reconcile();
			if (this.reception.isPaused()) {
				this.reception.await(shorter(this.settings.pollInterval(), LONGEST_PAUSE));
				sink.awaitRoom(Duration.ZERO);
				sink.pollSucceeded();
			}
			else {
				this.consumer = sink.consumer();
				this.room = sink.awaitRoom(PATIENCE);
			}
		}
	}

	private static Duration shorter(Duration one, Duration other) {
		return (one.compareTo(other) < 0) ? one : other;
	}

	@Override
	public List<ByteRecord> poll(RedisConnection connection, BlockingRead blocking) {
		this.batch = new ArrayList<>();
		List<ByteRecord> records = this.ahead.isUnderWay() ? finish(connection) : read(connection, blocking);
		this.left = records.size();
		if (this.left == this.asked) {
			readAhead(connection, records);
		}
		return records.stream().<ByteRecord>map(RawRecord::new).toList();
	}

	private List<ByteRecord> finish(RedisConnection connection) {
		List<ByteRecord> records = this.ahead.finish(connection);
		this.reception.sink().pollSucceeded();
		return records;
	}

	private List<ByteRecord> read(RedisConnection connection, BlockingRead blocking) {
		this.asked = Math.min(this.room, MOST_AT_ONCE);
		// One that was fenced has no room, and its successor is not yet registered
		String reader = this.consumer;
		List<ByteRecord> records = blocking.read(connection, untilReconcile(),
				() -> this.reception.wantsMessagesFor(reader),
				(block) -> read(connection, StreamReadOptions.empty().count(this.asked).block(block)));
		this.reception.sink().pollSucceeded();
		return records;
	}

	private @Nullable List<ByteRecord> read(RedisConnection connection, StreamReadOptions options) {
		return connection.streamCommands()
			.xReadGroup(Consumer.from(this.reception.subscription().group(), this.consumer), options,
					StreamOffset.create(this.reception.keys().log().stream(), ReadOffset.lastConsumed()));
	}

	/**
	 * Only where a stream brings as much as it is asked for, to handlers that are quick.
	 */
	private void readAhead(RedisConnection connection, List<ByteRecord> beside) {
		Sink sink = this.reception.sink();
		int more = Math.min(room(sink) - this.left, MOST_AT_ONCE);
		if (more < LEAST_AHEAD || isTimeToReconcile() || this.reception.isPaused() || this.reception.isStopping()
				|| !this.consumer.equals(sink.consumer()) || bytes(beside) > MOST_BYTES_AHEAD) {
			return;
		}
		this.asked = more;
		this.ahead.begin(connection, () -> read(connection, StreamReadOptions.empty().count(more)));
	}

	private static long bytes(List<ByteRecord> records) {
		long bytes = 0;
		for (ByteRecord record : records) {
			for (byte[] value : record.getValue().values()) {
				bytes += value.length;
			}
		}
		return bytes;
	}

	private static int room(Sink sink) {
		try {
			return sink.awaitRoom(Duration.ZERO);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return 0;
		}
	}

	@Override
	public void take(MapRecord<byte[], byte[], byte[]> message) {
		this.left--;
		try {
			Fields fields = new Fields();
			message.getValue().forEach(fields::add);
			this.batch.add(Claims.first(this.reception.keys(), this.consumer, message.getId().getValue(), fields));
		}
		finally {
			// What can't be taken must not hold back what was read with it
			if (this.left == 0) {
				this.reception.inlet().passNew(this.batch);
			}
		}
	}

	@Override
	public void end(RedisConnection connection) {
		if (this.ahead.isUnderWay()) {
			this.batch = new ArrayList<>();
			List<ByteRecord> records = this.ahead.finish(connection);
			this.left = records.size();
			for (ByteRecord record : records) {
				takeOrLeave(record);
			}
		}
	}

	private void takeOrLeave(ByteRecord record) {
		try {
			take(record);
		}
		catch (RuntimeException ex) {
			// It stays with its consumer; the others get through
		}
	}

	@Override
	public void failed(Throwable cause) throws InterruptedException {
		this.ahead.forget();
		this.groupUncertain = true;
		this.reception.await(this.reception.sink().pollFailed(cause));
	}

	private void makeGroup() {
		if (this.groupUncertain) {
			this.reception.pause(this.maker.make(this.reception.subscription(), this.groupSeen));
			this.groupSeen = true;
			this.groupUncertain = false;
		}
	}

	private boolean isTimeToReconcile() {
		return untilReconcile().toNanos() <= 0;
	}

	private Duration untilReconcile() {
		return Duration.ofNanos(this.nextReconcile - System.nanoTime());
	}

	// A claim of due messages that is on its way to the sink must not look like a lost
	// one
	private void reconcile() {
		if (!isTimeToReconcile()) {
			return;
		}
		this.reception.dueClaim().lock();
		try {
			this.reconciler.reconcile();
		}
		finally {
			this.reception.dueClaim().unlock();
		}
		this.nextReconcile = System.nanoTime() + this.settings.reconcileInterval().toNanos();
	}

}
