package io.github.queuestarter.postgres;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How far retention has come in a queue. A call that did not come to the end is followed
 * by one that goes on from there, so that unfinished messages at the front don't hold up
 * the rest. A new round begins where nothing is left before; only now and then at the
 * very front, where a slow transaction may have put something since: the dead versions
 * there would be walked over each time.
 */
final class Sweep {

	private static final int LARGEST_BATCH = 5000;

	private static final int SMALLEST_BATCH = 50;

	private static final Duration WHOLE_ROUNDS = Duration.ofSeconds(30);

	/**
	 * Finding the last message that is beyond the greatest length reads all that are not;
	 * it may take this part of the time.
	 */
	private static final int BOUND_SHARE = 20;

	private int batch = LARGEST_BATCH;

	private Position position = Position.START;

	/**
	 * Nothing was left before it when it was passed.
	 */
	private Position front = Position.START;

	private boolean frontIsOpen = true;

	private boolean begins = true;

	private final Duration wholeRounds;

	private long wholeAgainAt;

	private @Nullable Bound bound;

	private @Nullable Long boundLength;

	private long boundExpires;

	Sweep() {
		this(WHOLE_ROUNDS);
	}

	/**
	 * Create.
	 * @param wholeRounds how often a round begins at the very front
	 */
	Sweep(Duration wholeRounds) {
		this.wholeRounds = wholeRounds;
		this.wholeAgainAt = System.nanoTime() + wholeRounds.toNanos();
	}

	/**
	 * How many messages to look at in one statement.
	 */
	int batch() {
		return this.batch;
	}

	/**
	 * Look at fewer from now on, as a statement took too long.
	 * @return false if they are as few as possible
	 */
	boolean shrink() {
		boolean shrinks = this.batch > SMALLEST_BATCH;
		this.batch = Math.max(SMALLEST_BATCH, this.batch / 4);
		return shrinks;
	}

	/**
	 * Look at more from now on.
	 */
	void grow() {
		this.batch = Math.min(LARGEST_BATCH, this.batch * 2);
	}

	/**
	 * Where to look.
	 */
	Position position() {
		// only now, as it may be long ago that the last round has ended
		if (this.begins && System.nanoTime() - this.wholeAgainAt >= 0) {
			this.wholeAgainAt = System.nanoTime() + this.wholeRounds.toNanos();
			this.front = Position.START;
			this.position = Position.START;
		}
		return this.position;
	}

	/**
	 * Note where to go on.
	 * @param position the next place, {@code null} at the end
	 * @param removed how many of the messages that were looked at are gone
	 */
	void moveTo(@Nullable Position position, long removed) {
		this.begins = position == null;
		if (position == null) {
			this.frontIsOpen = true;
			this.position = this.front;
			return;
		}
		this.frontIsOpen &= removed == this.batch;
		if (this.frontIsOpen) {
			this.front = position;
		}
		this.position = position;
	}

	/**
	 * The last place that is beyond the greatest length, or {@code null} if there is no
	 * such place. An old answer is good: places only become beyond it.
	 */
	@Nullable Bound bound(@Nullable Long length, Finder finder) {
		if (length == null) {
			return null;
		}
		long now = System.nanoTime();
		if (!length.equals(this.boundLength) || now - this.boundExpires >= 0) {
			this.bound = finder.find(length);
			this.boundLength = length;
			long took = System.nanoTime() - now;
			this.boundExpires = now + ((took > Duration.ofMillis(50).toNanos()) ? took * BOUND_SHARE : 0);
		}
		return this.bound;
	}

	/**
	 * Finds the last place that is beyond a length.
	 */
	@FunctionalInterface
	interface Finder {

		@Nullable Bound find(long length);

	}

	/**
	 * The last place that is beyond a length.
	 *
	 * @param home the world in which the place means something; {@code null} if it was
	 * none of this database
	 */
	record Bound(@Nullable String home, Position position) {
	}

	/**
	 * A place in the log of a queue.
	 */
	record Position(String xid, long id) {

		static final Position START = new Position("0", 0);

	}

}
