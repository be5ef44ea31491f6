package io.github.queuestarter.postgres;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Wakes the listeners of a queue in this instance when a message was sent to it.
 */
final class Wakeups {

	private final Map<String, Set<Pause>> pauses = new ConcurrentHashMap<>();

	void add(String queue, Pause pause) {
		this.pauses.computeIfAbsent(queue, (name) -> ConcurrentHashMap.newKeySet()).add(pause);
	}

	void remove(String queue, Pause pause) {
		this.pauses.getOrDefault(queue, Set.of()).remove(pause);
	}

	void wake(Collection<String> queues) {
		queues.forEach((queue) -> this.pauses.getOrDefault(queue, Set.of()).forEach(Pause::wake));
	}

}
