package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.queuestarter.store.Settlement;
import org.jspecify.annotations.Nullable;

/**
 * Settlements that the store refuses although it answers. They are tried again together,
 * later each time. For the thread that settles.
 */
final class Refusals {

	private static final int MANY = 2000;

	private static final int ENOUGH_IN_A_ROW = 3;

	private final BackOff backOff;

	private final List<Settlement> refused = new ArrayList<>();

	private int inARow;

	private long againAt;

	private volatile int rounds;

	Refusals(BackOff backOff) {
		this.backOff = backOff;
	}

	void add(List<Settlement> batch) {
		if (this.refused.isEmpty()) {
			planNextTry();
		}
		this.refused.addAll(batch);
		this.inARow++;
	}

	/**
	 * Note that the store has taken something.
	 */
	void accepted() {
		this.inARow = 0;
	}

	/**
	 * Whether the store seems to refuse everything now.
	 */
	boolean seemToBeAll() {
		return this.inARow >= ENOUGH_IN_A_ROW;
	}

	boolean isEmpty() {
		return this.refused.isEmpty();
	}

	/**
	 * Whether nothing else should be settled before some of these are.
	 */
	boolean areMany() {
		return this.refused.size() >= MANY;
	}

	/**
	 * How long to wait before the next try; {@code null} if there is nothing to try.
	 */
	@Nullable Duration untilNextTry() {
		return !this.refused.isEmpty() ? Duration.ofNanos(Math.max(0, this.againAt - System.nanoTime())) : null;
	}

	boolean areDue() {
		return !this.refused.isEmpty() && System.nanoTime() - this.againAt >= 0;
	}

	/**
	 * Take all of them for another try; {@link #tried} must follow.
	 */
	List<Settlement> take() {
		List<Settlement> taken = List.copyOf(this.refused);
		this.refused.clear();
		this.inARow = 0;
		return taken;
	}

	/**
	 * Note that a try has ended; what was refused again is here again.
	 */
	@SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread settles
	void tried() {
		this.rounds = this.refused.isEmpty() ? 0 : this.rounds + 1;
		planNextTry();
	}

	private void planNextTry() {
		this.againAt = System.nanoTime() + this.backOff.after(this.rounds + 1).toNanos();
	}

	/**
	 * How many tries in a row have left some; may be asked by any thread.
	 */
	int rounds() {
		return this.rounds;
	}

}
