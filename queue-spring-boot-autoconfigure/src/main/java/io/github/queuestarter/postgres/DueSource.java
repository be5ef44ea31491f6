package io.github.queuestarter.postgres;

import java.time.Duration;

import io.github.queuestarter.store.Sink;
import io.github.queuestarter.store.Subscription;

/**
 * A source as the due thread sees it.
 */
final class DueSource {

	private static final String EVERYTHING = "-infinity";

	private final Subscription subscription;

	private final Sink sink;

	private final Reconciling reconciling;

	private final NextLook nextLook = new NextLook();

	private final LowWater lowWater = new LowWater();

	private final Patience patience = Patience.forRoom();

	DueSource(Subscription subscription, Sink sink, Duration reconcileInterval) {
		this.subscription = subscription;
		this.sink = sink;
		this.reconciling = new Reconciling(reconcileInterval);
	}

	Subscription subscription() {
		return this.subscription;
	}

	Sink sink() {
		return this.sink;
	}

	Reconciling reconciling() {
		return this.reconciling;
	}

	/**
	 * May be asked for by any thread.
	 */
	NextLook nextLook() {
		return this.nextLook;
	}

	LowWater lowWater() {
		return this.lowWater;
	}

	/**
	 * How long to wait where more is due than there is room for. Suspects come in small
	 * numbers, so a quick handler has room again soon.
	 * @param came whether there was room for some
	 * @return milliseconds
	 */
	long untilRoom(boolean came) {
		if (came) {
			this.patience.reset();
			return 1;
		}
		return this.patience.next().toMillis();
	}

	/**
	 * A due time before which nothing is left, so that a look need not walk over the dead
	 * versions of what was. Forgotten now and then, because what took long to commit may
	 * turn up below it.
	 */
	static final class LowWater {

		private final Interval trust = new Interval(Duration.ofSeconds(10));

		private String due = EVERYTHING;

		String get() {
			if (this.trust.isOver()) {
				this.trust.begin();
				this.due = EVERYTHING;
			}
			return this.due;
		}

		void set(String due) {
			this.due = due;
		}

	}

}
