package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Messages that wait for a worker, bounded by concurrency and prefetch. New and due
 * messages have a lane each; workers take from them in turn.
 */
final class Intake {

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition work = this.lock.newCondition();

	private final Condition room = this.lock.newCondition();

	private final Deque<Held> fresh = new ArrayDeque<>();

	private final Deque<Held> due = new ArrayDeque<>();

	private final int concurrency;

	private final Prefetch prefetch;

	private int running;

	private int runningDue;

	private int suspects;

	private boolean dueIsNext;

	// given back for want of a worker: claimed at once again, it would never get to
	// others
	private boolean gaveBack;

	private boolean open = true;

	Intake(int concurrency, Prefetch prefetch) {
		this.concurrency = concurrency;
		this.prefetch = prefetch;
	}

	int awaitRoom(Duration patience) throws InterruptedException {
		long left = patience.toNanos();
		this.lock.lockInterruptibly();
		try {
			while (this.open) {
				if (hasRoom()) {
					// the prefetch may have become smaller since it was asked
					return Math.max(0, this.concurrency + this.prefetch.size() - this.running - this.fresh.size());
				}
				if (left <= 0) {
					return 0;
				}
				left = this.room.awaitNanos(left);
			}
			return 0;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Wait a while, or until the intake is closed.
	 */
	void awaitChange(long nanos) throws InterruptedException {
		this.lock.lockInterruptibly();
		try {
			if (this.open) {
				this.room.awaitNanos(nanos);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Worth a claim: a worker has nothing to do, or half of what was claimed ahead is
	 * used up.
	 */
	private boolean hasRoom() {
		int waiting = this.fresh.size();
		int prefetch = this.prefetch.size();
		return this.running + waiting < this.concurrency || (!this.gaveBack && prefetch > 0 && waiting <= prefetch / 2);
	}

	int roomForDue() {
		return locked(() -> (this.open && !this.gaveBack)
				? Math.max(0, this.concurrency + this.prefetch.size() - this.runningDue - this.due.size()) : 0);
	}

	int roomForSuspects() {
		return locked(() -> this.open ? Math.max(0, this.concurrency - this.suspects) : 0);
	}

	/**
	 * Add messages.
	 * @return whether they were taken; false once closed
	 */
	boolean add(List<Held> messages) {
		this.lock.lock();
		try {
			if (!this.open) {
				return false;
			}
			for (Held held : messages) {
				(held.due() ? this.due : this.fresh).add(held);
				if (held.suspect()) {
					this.suspects++;
				}
			}
			if (messages.size() == 1) {
				this.work.signal();
			}
			else {
				this.work.signalAll();
			}
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Wait for a message and take it; {@link #done} must follow.
	 * @return the message, or {@code null} once closed
	 */
	@Nullable Held take() throws InterruptedException {
		this.lock.lockInterruptibly();
		try {
			while (this.open) {
				Held held = poll();
				if (held != null) {
					this.running++;
					if (held.due()) {
						this.runningDue++;
					}
					if (hasRoom()) {
						this.room.signal();
					}
					return held;
				}
				this.work.await();
			}
			return null;
		}
		finally {
			this.lock.unlock();
		}
	}

	private @Nullable Held poll() {
		Deque<Held> first = this.dueIsNext ? this.due : this.fresh;
		this.dueIsNext = !this.dueIsNext;
		Held held = first.poll();
		return (held != null) ? held : ((first == this.due) ? this.fresh : this.due).poll();
	}

	void done(Held held) {
		this.lock.lock();
		try {
			this.running--;
			this.gaveBack = false;
			if (held.due()) {
				this.runningDue--;
			}
			if (held.suspect()) {
				this.suspects--;
			}
			if (!this.open || hasRoom()) {
				this.room.signalAll();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Take out what waits since before a point in time.
	 */
	List<Held> removeOlderThan(long nanoTime) {
		return locked(() -> {
			List<Held> removed = new ArrayList<>();
			removeOlder(this.fresh, nanoTime, removed);
			removeOlder(this.due, nanoTime, removed);
			this.gaveBack |= !removed.isEmpty() && this.running == this.concurrency;
			this.room.signal();
			return removed;
		});
	}

	private void removeOlder(Collection<Held> lane, long nanoTime, List<Held> removed) {
		for (Iterator<Held> iterator = lane.iterator(); iterator.hasNext();) {
			Held held = iterator.next();
			if (held.since() - nanoTime < 0) {
				iterator.remove();
				removed.add(held);
				if (held.suspect()) {
					this.suspects--;
				}
			}
		}
	}

	/**
	 * Take nothing more and give nothing more out.
	 * @return what was waiting
	 */
	List<Held> close() {
		return locked(() -> {
			this.open = false;
			List<Held> left = new ArrayList<>(this.fresh);
			left.addAll(this.due);
			this.fresh.clear();
			this.due.clear();
			this.room.signalAll();
			this.work.signalAll();
			return left;
		});
	}

	int running() {
		return locked(() -> this.running);
	}

	/**
	 * Wait, once closed, until no message is running.
	 * @return whether that came true in time
	 */
	boolean awaitIdle(Duration patience) throws InterruptedException {
		long left = patience.toNanos();
		this.lock.lockInterruptibly();
		try {
			while (this.running > 0) {
				if (left <= 0) {
					return false;
				}
				left = this.room.awaitNanos(left);
			}
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	private <T> T locked(Supplier<T> action) {
		this.lock.lock();
		try {
			return action.get();
		}
		finally {
			this.lock.unlock();
		}
	}

}
