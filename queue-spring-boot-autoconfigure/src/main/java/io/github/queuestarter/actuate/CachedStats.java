package io.github.queuestarter.actuate;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.github.queuestarter.GroupStats;
import io.github.queuestarter.store.GroupName;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * One read of one store for all its gauges of a scrape.
 */
final class CachedStats {

	private static final Log logger = LogFactory.getLog(CachedStats.class);

	private static final Duration FRESH = Duration.ofSeconds(2);

	private static final Duration USABLE = Duration.ofSeconds(30);

	/**
	 * A scrape has little time, and other meters to show.
	 */
	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private final Bounded<List<GroupStats>> reading;

	private final ReentrantLock lock = new ReentrantLock();

	private volatile Map<GroupName, GroupStats> stats = Map.of();

	private volatile long triedAt = System.nanoTime() - FRESH.toNanos();

	private volatile long readAt;

	CachedStats(Supplier<List<GroupStats>> reading) {
		this.reading = new Bounded<>(reading, PATIENCE);
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
		return this.stats.get(new GroupName(queue, group));
	}

	private boolean isStale() {
		return System.nanoTime() - this.triedAt >= FRESH.toNanos();
	}

	private void refresh() {
		try {
			this.stats = byName(this.reading.ask());
			this.readAt = System.nanoTime();
		}
		catch (RuntimeException ex) {
			logger.debug("Could not read the state of the queues", ex);
			if (System.nanoTime() - this.readAt >= USABLE.toNanos()) {
				this.stats = Map.of();
			}
		}
		finally {
			this.triedAt = System.nanoTime();
		}
	}

	private static Map<GroupName, GroupStats> byName(List<GroupStats> all) {
		Map<GroupName, GroupStats> stats = new HashMap<>();
		all.forEach((one) -> stats.put(new GroupName(one.queue(), one.group()), one));
		return stats;
	}

}
