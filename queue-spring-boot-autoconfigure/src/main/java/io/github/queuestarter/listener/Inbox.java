package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.github.queuestarter.store.Settlement;
import org.jspecify.annotations.Nullable;

/**
 * Settlements on their way to the one thread that takes them. It sleeps until there are
 * as many as it wants; who brings them waits while there are too many.
 */
final class Inbox {

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition enough = this.lock.newCondition();

	private final Condition room = this.lock.newCondition();

	private final Deque<Settlement> waiting = new ArrayDeque<>();

	private final int capacity;

	private int wanted = 1;

	private boolean awaitsMore = true;

	Inbox(int capacity) {
		this.capacity = capacity;
	}

	/**
	 * Add a settlement; waits while there are too many. An interrupt does not cut that
	 * short: a decided settlement is not given up.
	 */
	void put(Settlement settlement) {
		this.lock.lock();
		try {
			while (this.waiting.size() >= this.capacity) {
				this.room.awaitUninterruptibly();
			}
			add(settlement);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Add a settlement if there are not too many.
	 * @return whether it was added
	 */
	boolean offer(Settlement settlement) {
		this.lock.lock();
		try {
			boolean hasRoom = this.waiting.size() < this.capacity;
			if (hasRoom) {
				add(settlement);
			}
			return hasRoom;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void add(Settlement settlement) {
		this.waiting.add(settlement);
		if (this.waiting.size() == this.wanted) {
			// not for each: who waits for many would be woken for every one of them
			this.enough.signal();
		}
	}

	/**
	 * Wait until there are as many as wanted, no more are awaited, or the time has
	 * passed. For the thread that takes.
	 * @param patience how long to wait, or {@code null} for as long as it takes
	 */
	void await(int wanted, @Nullable Duration patience) throws InterruptedException {
		this.lock.lockInterruptibly();
		try {
			this.wanted = wanted;
			long left = (patience != null) ? patience.toNanos() : 1;
			while (this.waiting.size() < wanted && this.awaitsMore && left > 0) {
				if (patience != null) {
					left = this.enough.awaitNanos(left);
				}
				else {
					this.enough.await();
				}
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Take the oldest, as many as there are; never waits.
	 */
	List<Settlement> take(int most) {
		this.lock.lock();
		try {
			boolean wasFull = this.waiting.size() >= this.capacity;
			int count = Math.min(most, this.waiting.size());
			List<Settlement> taken = new ArrayList<>(count);
			for (int i = 0; i < count; i++) {
				taken.add(this.waiting.remove());
			}
			if (wasFull) {
				this.room.signalAll();
			}
			return taken;
		}
		finally {
			this.lock.unlock();
		}
	}

	boolean isEmpty() {
		this.lock.lock();
		try {
			return this.waiting.isEmpty();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Let nobody wait any longer for settlements that are not there yet.
	 */
	void awaitNoMore() {
		this.lock.lock();
		try {
			this.awaitsMore = false;
			this.enough.signal();
		}
		finally {
			this.lock.unlock();
		}
	}

}
