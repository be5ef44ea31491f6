package io.github.queuestarter.endtoend;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.awaitility.Awaitility;

/**
 * What handlers have noted, to wait for.
 */
final class Received<T> {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final List<T> all = new CopyOnWriteArrayList<>();

	void add(T one) {
		this.all.add(one);
	}

	List<T> all() {
		return List.copyOf(this.all);
	}

	/**
	 * Wait until so many were noted.
	 */
	List<T> await(int count) {
		Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> this.all.size() >= count);
		return all();
	}

}
