package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.queuestarter.Position;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.RetentionSettings;
import io.github.queuestarter.store.Sink;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.connection.stream.StreamReadOptions;

/**
 * Brings all entries of a stream to the sink of this instance alone, without a group. The
 * position is in memory: nothing of it is left when the instance is gone, and an instance
 * that was away for a while goes on where it was, with what is still there.
 */
final class OwnReading implements Polls {

	private static final Duration PATIENCE = Duration.ofMillis(200);

	private final Reception reception;

	private final RedisCalls calls;

	private final Positions positions;

	private final Events events;

	private final Duration lookInterval;

	private String position = "";

	/**
	 * Whether it has been at the end since it last told that it is behind.
	 */
	private boolean caughtUp;

	private long nextLook = System.nanoTime();

	private int room;

	private int left;

	private List<ClaimedMessage> batch = new ArrayList<>();

	OwnReading(Reception reception, RedisCalls calls, Events events, Duration lookInterval) {
		this.reception = reception;
		this.calls = calls;
		this.positions = new Positions(calls);
		this.events = events;
		this.lookInterval = lookInterval;
	}

	@Override
	public void awaitTurn() throws InterruptedException {
		Sink sink = this.reception.sink();
		this.room = 0;
		while (this.room == 0 && !this.reception.isStopping()) {
			if (System.nanoTime() - this.nextLook >= 0) {
				look();
				this.nextLook = System.nanoTime() + this.lookInterval.toNanos();
			}
			this.room = sink.awaitRoom(PATIENCE);
		}
	}

	/**
	 * Note that the queue is read, and see that the position is one of this stream.
	 */
	private void look() {
		if (this.position.isEmpty()) {
			start();
			return;
		}
		String before = this.position;
		this.position = look("");
		if (!this.position.equals(before)) {
			this.events
				.warn("The stream of queue '%s' ends before entry %s, which was read: it lost entries or was made"
					.formatted(this.reception.subscription().queue(), before)
						+ " anew. The ephemeral listener goes on after entry %s.".formatted(this.position));
		}
	}

	private void start() {
		Position from = this.reception.subscription().startFrom();
		String start = this.positions.find(this.reception.keys().queue(), from);
		this.position = look((start != null) ? start : Positions.EARLIEST);
		if (start == null) {
			this.events.warn("The ephemeral listener of queue '%s' was to start at message '%s', which is not kept any"
				.formatted(this.reception.subscription().queue(), from) + " more. It starts with the oldest one.");
		}
	}

	private String look(String start) {
		QueueKeys keys = this.reception.keys().queue();
		Reply reply = this.calls
			.eval(ScriptCall.of(RedisScript.READER, List.of(keys.stream(), keys.groups()), this.position, start));
		tellIfBehind(Duration.ofMillis(reply.number(1)));
		return reply.text(0);
	}

	private void tellIfBehind(Duration behind) {
		if (behind.isZero()) {
			this.caughtUp = true;
		}
		else if (this.caughtUp && behind.compareTo(RetentionSettings.FOR_READERS) > 0) {
			this.caughtUp = false;
			this.events
				.warn(("The ephemeral listener of queue '%s' is %d s behind. It may miss messages: what all groups"
						+ " have finished is kept for a minute, or for 'retention.keep-done' if that is longer.")
					.formatted(this.reception.subscription().queue(), behind.toSeconds()));
		}
	}

	@Override
	public List<ByteRecord> poll(RedisConnection connection, BlockingRead blocking) {
		this.batch = new ArrayList<>();
		List<ByteRecord> records = blocking.read(connection, Duration.ofNanos(this.nextLook - System.nanoTime()),
				this.reception::wantsMessages, (block) -> read(connection, block));
		this.left = records.size();
		this.reception.sink().pollSucceeded();
		return records.stream().<ByteRecord>map(RawRecord::new).toList();
	}

	private @Nullable List<ByteRecord> read(RedisConnection connection, Duration block) {
		return connection.streamCommands()
			.xRead(StreamReadOptions.empty().count(Math.min(this.room, MOST_AT_ONCE)).block(block),
					StreamOffset.create(this.reception.keys().log().stream(), ReadOffset.from(this.position)));
	}

	@Override
	public void take(MapRecord<byte[], byte[], byte[]> message) {
		this.left--;
		try {
			Fields fields = new Fields();
			message.getValue().forEach(fields::add);
			this.batch.add(Claims.read(this.reception.keys(), this.reception.sink().consumer(),
					message.getId().getValue(), fields));
		}
		finally {
			// What can't be taken must not hold back what was read with it
			if (this.left == 0) {
				this.position = message.getId().getValue();
				this.reception.inlet().passNew(this.batch);
			}
		}
	}

	@Override
	public void end(RedisConnection connection) {
		// nothing is on its way
	}

	@Override
	public void failed(Throwable cause) throws InterruptedException {
		// It may be another server now
		this.nextLook = System.nanoTime();
		this.reception.await(this.reception.sink().pollFailed(cause));
	}

}
