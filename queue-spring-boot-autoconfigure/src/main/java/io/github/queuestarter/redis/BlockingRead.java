package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;

/**
 * The one read of a reader for which the server waits until there is a message. It ends
 * early when none is wanted any more: with its connection, as the server would wait on.
 */
final class BlockingRead {

	/**
	 * A read that has taken so long waits for a message. What came sooner is perhaps
	 * being answered, and closing its connection would lose that.
	 */
	private static final Duration WAITS_AFTER = Duration.ofMillis(500);

	/**
	 * Redis counts a block in steps of its timer.
	 */
	private static final Duration SHORTEST = Duration.ofMillis(100);

	private final Duration longest;

	private final Consumer<RedisConnection> giveUp;

	private final AtomicReference<@Nullable Turn> turn = new AtomicReference<>();

	/**
	 * Create.
	 * @param longest for how long the server may wait
	 * @param giveUp closes a connection of the reader unless it is closed already
	 */
	BlockingRead(Duration longest, Consumer<RedisConnection> giveUp) {
		this.longest = longest;
		this.giveUp = giveUp;
	}

	/**
	 * Read, unless no message is wanted.
	 * @param connection where
	 * @param atMost for how long the server should wait at most
	 * @param wanted whether a message is wanted, by whom the read is for
	 * @param read does it, with the time for which the server is to wait
	 * @return what came, if anything did
	 */
	<R> List<R> read(RedisConnection connection, Duration atMost, BooleanSupplier wanted,
			Function<Duration, @Nullable List<R>> read) {
		Turn mine = new Turn(connection, System.nanoTime(), wanted);
		this.turn.set(mine);
		try {
			// After it can be ended, so that none begins for which it is too late to be
			@Nullable List<R> records = wanted.getAsBoolean() ? read.apply(block(atMost)) : null;
			return (records != null) ? records : List.of();
		}
		catch (RuntimeException ex) {
			if (this.turn.get() == mine) {
				throw ex;
			}
			return List.of();
		}
		finally {
			if (!this.turn.compareAndSet(mine, null)) {
				// Who ended it may still be about to: the next read must not get to use
				// it
				this.giveUp.accept(connection);
			}
		}
	}

	private Duration block(Duration atMost) {
		Duration block = (atMost.compareTo(SHORTEST) > 0) ? atMost : SHORTEST;
		return (block.compareTo(this.longest) < 0) ? block : this.longest;
	}

	/**
	 * End the read that is under way if there is one whose messages are not wanted: at
	 * once, or as soon as it is sure that it waits.
	 */
	void endUnwanted() {
		Turn current = this.turn.get();
		if (current != null && !current.wanted().getAsBoolean()) {
			long left = WAITS_AFTER.toNanos() - (System.nanoTime() - current.began());
			if (left <= 0) {
				end(current);
			}
			else {
				Executor later = CompletableFuture.delayedExecutor(left, TimeUnit.NANOSECONDS);
				later.execute(() -> end(current));
			}
		}
	}

	private void end(Turn which) {
		if (!which.wanted().getAsBoolean() && this.turn.compareAndSet(which, null)) {
			this.giveUp.accept(which.connection());
		}
	}

	/**
	 * One read.
	 *
	 * @param connection where it reads
	 * @param began when it began, in nanoseconds
	 * @param wanted whether a message is wanted
	 */
	private record Turn(RedisConnection connection, long began, BooleanSupplier wanted) {
	}

}
