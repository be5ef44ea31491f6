package io.github.queuestarter.endtoend;

import java.util.List;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;

/**
 * Everything that happened in an application, also to queues of other tests on the same
 * servers.
 */
final class Events implements QueueObserver {

	private final Received<QueueEvent> all = new Received<>();

	@Override
	public void on(QueueEvent event) {
		this.all.add(event);
	}

	<E extends QueueEvent> List<E> of(Class<E> type) {
		return this.all.all().stream().filter(type::isInstance).map(type::cast).toList();
	}

}
