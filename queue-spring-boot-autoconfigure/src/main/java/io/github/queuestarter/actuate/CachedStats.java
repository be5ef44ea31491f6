package io.github.queuestarter.actuate;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.github.queuestarter.GroupStats;
import org.jspecify.annotations.Nullable;

/**
 * One read of the stores for all gauges of a scrape.
 */
final class CachedStats {

	private static final Duration FRESH = Duration.ofSeconds(2);

	private static final Duration USABLE = Duration.ofSeconds(30);

	/**
	 * A scrape has little time, and other meters to show.
	 */
	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private final Bounded<Map<Key, GroupStats>> reading;

	private final ReentrantLock lock = new ReentrantLock();

	private volatile Map<Key, GroupStats> stats = Map.of();

	private volatile long triedAt = System.nanoTime() - FRESH.toNanos();

	private volatile long readAt;

	CachedStats(Supplier<QueueStatsReader> reader) {
		this.reading = new Bounded<>(() -> read(reader.get()), PATIENCE);
	}

	@Nullable GroupStats of(String queue, String group) {
		if (isStale() && this.lock.tryLock()) {
			try {
				if (isStale()) {
					refresh();
				}
			}
			finally {
				this.lock.unlock();
			}
		}
		return this.stats.get(new Key(queue, group));
	}

	private boolean isStale() {
		return System.nanoTime() - this.triedAt >= FRESH.toNanos();
	}

	private void refresh() {
		try {
			this.stats = this.reading.ask();
			this.readAt = System.nanoTime();
		}
		catch (RuntimeException ex) {
			if (System.nanoTime() - this.readAt >= USABLE.toNanos()) {
				this.stats = Map.of();
			}
		}
		finally {
			this.triedAt = System.nanoTime();
		}
	}

	private static Map<Key, GroupStats> read(QueueStatsReader reader) {
		Map<Key, GroupStats> stats = new HashMap<>();
		reader.read().forEach((one) -> stats.put(new Key(one.queue(), one.group()), one));
		return stats;
	}

	private record Key(String queue, String group) {
	}

}
