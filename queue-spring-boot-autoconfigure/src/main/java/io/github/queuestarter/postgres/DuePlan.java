package io.github.queuestarter.postgres;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * When the due thread looks for what, and where anyone can ask it to look sooner.
 */
final class DuePlan {

	private final List<DueSource> sources = new CopyOnWriteArrayList<>();

	private final NextLook scheduled = new NextLook();

	private final Pause pause = new Pause();

	void add(DueSource source) {
		this.sources.add(source);
		this.pause.wake();
	}

	void remove(DueSource source) {
		this.sources.remove(source);
	}

	List<DueSource> sources() {
		return this.sources;
	}

	/**
	 * For messages that are scheduled.
	 */
	NextLook scheduled() {
		return this.scheduled;
	}

	/**
	 * What the due thread waits on.
	 */
	Pause pause() {
		return this.pause;
	}

	/**
	 * Ask for a look at a queue's retries.
	 */
	void retriesWithin(String queue, long millis) {
		boolean sooner = false;
		for (DueSource source : this.sources) {
			if (source.subscription().queue().equals(queue)) {
				sooner |= source.nextLook().within(millis);
			}
		}
		wakeIf(sooner);
	}

	/**
	 * Ask for a look at scheduled messages.
	 */
	void scheduledWithin(long millis) {
		wakeIf(this.scheduled.within(millis));
	}

	/**
	 * Ask for a look at what concerns a queue, if it is received here.
	 * @param queue the queue, or an empty text for all
	 */
	void lookNow(String queue) {
		boolean sooner = false;
		for (DueSource source : this.sources) {
			if (queue.isEmpty() || source.subscription().queue().equals(queue)) {
				sooner |= source.nextLook().within(0);
				sooner |= this.scheduled.within(0);
			}
		}
		wakeIf(sooner);
	}

	private void wakeIf(boolean sooner) {
		if (sooner) {
			this.pause.wake();
		}
	}

}
