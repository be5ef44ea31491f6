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

	private final Supplier<QueueStatsReader> reader;

	private final ReentrantLock lock = new ReentrantLock();

	private volatile Map<Key, GroupStats> stats = Map.of();

	private volatile long readAt = System.nanoTime() - FRESH.toNanos();

	CachedStats(Supplier<QueueStatsReader> reader) {
		this.reader = reader;
	}

	@Nullable GroupStats of(String queue, String group) {
		if (isStale() && this.lock.tryLock()) {
			try {
				if (isStale()) {
					read();
				}
			}
			finally {
				this.lock.unlock();
			}
		}
		return this.stats.get(new Key(queue, group));
	}

	private boolean isStale() {
		return System.nanoTime() - this.readAt >= FRESH.toNanos();
	}

	private void read() {
		Map<Key, GroupStats> stats = new HashMap<>();
		this.reader.get().read().forEach((one) -> stats.put(new Key(one.queue(), one.group()), one));
		this.stats = stats;
		this.readAt = System.nanoTime();
	}

	private record Key(String queue, String group) {
	}

}
