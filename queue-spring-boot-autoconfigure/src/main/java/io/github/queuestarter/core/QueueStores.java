package io.github.queuestarter.core;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import io.github.queuestarter.QueueException;
import io.github.queuestarter.store.QueueStore;
import org.jspecify.annotations.Nullable;

/**
 * Knows the stores of this application and which of them each queue lives in: the one
 * that a listener or the configuration names, else the only one there is.
 */
public final class QueueStores {

	private final Map<String, QueueStore> stores = new LinkedHashMap<>();

	private final Map<String, String> named = new ConcurrentHashMap<>();

	private final Function<String, @Nullable String> configured;

	/**
	 * Create the directory.
	 * @param stores the stores, each with a backend of its own
	 * @param configured answers the configured backend of a queue, or {@code null}
	 */
	public QueueStores(Collection<QueueStore> stores, Function<String, @Nullable String> configured) {
		stores.forEach((store) -> this.stores.put(store.backend(), store));
		this.configured = configured;
	}

	/**
	 * The store that a queue lives in.
	 * @throws StoreSelectionException if there is none, or more than one is possible
	 */
	public QueueStore storeOf(String queue) {
		String backend = this.named.get(queue);
		if (backend == null) {
			backend = this.configured.apply(queue);
		}
		if (backend == null) {
			if (this.stores.size() != 1) {
				throw new StoreSelectionException(queue, null, this.stores.keySet());
			}
			return this.stores.values().iterator().next();
		}
		QueueStore store = this.stores.get(backend);
		if (store == null) {
			throw new StoreSelectionException(queue, backend, this.stores.keySet());
		}
		return store;
	}

	/**
	 * Say that a queue lives in a store, over what is configured.
	 * @throws QueueException if another store was named for it before
	 */
	public void assign(String queue, String backend) {
		String before = this.named.putIfAbsent(queue, backend);
		if (before != null && !before.equals(backend)) {
			throw new QueueException("Queue '" + queue + "' is said to live in '" + before
					+ "' by one listener and in '" + backend + "' by another. Name one store for it.");
		}
	}

	/**
	 * All stores.
	 */
	public Collection<QueueStore> all() {
		return this.stores.values();
	}

}
