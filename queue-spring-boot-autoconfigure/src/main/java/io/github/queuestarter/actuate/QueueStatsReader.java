package io.github.queuestarter.actuate;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import io.github.queuestarter.GroupStats;
import io.github.queuestarter.core.QueueStores;
import io.github.queuestarter.store.QueueStore;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Reads how the groups of all queues stand.
 */
public final class QueueStatsReader {

	private static final Log logger = LogFactory.getLog(QueueStatsReader.class);

	private final QueueStores stores;

	public QueueStatsReader(QueueStores stores) {
		this.stores = stores;
	}

	/**
	 * The groups of the queues of the store of a kind that can be read.
	 * @throws RuntimeException if the store does not answer
	 */
	List<GroupStats> read(String backend) {
		List<GroupStats> stats = new ArrayList<>();
		for (QueueStore store : this.stores.all()) {
			if (store.backend().equals(backend)) {
				stats.addAll(read(store));
			}
		}
		return stats;
	}

	/**
	 * The groups of the queues of one store that can be read.
	 * @throws RuntimeException if the store does not answer
	 */
	List<GroupStats> read(QueueStore store) {
		Set<String> queues = store.administration().queues();
		if (queues.isEmpty()) {
			return List.of();
		}
		try {
			return store.administration().stats(queues);
		}
		catch (RuntimeException ex) {
			store.administration().ping();
			return readOneByOne(store, queues);
		}
	}

	/**
	 * A queue that is broken must not hide the others.
	 */
	private static List<GroupStats> readOneByOne(QueueStore store, Set<String> queues) {
		List<GroupStats> stats = new ArrayList<>();
		for (String queue : queues) {
			try {
				stats.addAll(store.administration().stats(Set.of(queue)));
			}
			catch (RuntimeException ex) {
				logger.debug("Could not read the state of queue '" + queue + "' in " + store.backend(), ex);
			}
		}
		return stats;
	}

}
