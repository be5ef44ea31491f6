package io.github.queuestarter.redis;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;

/**
 * Tells the observer what this store noticed.
 */
final class Events {

	private final QueueObserver observer;

	Events(QueueObserver observer) {
		this.observer = observer;
	}

	void groupMadeAgain(String queue, String group, String position) {
		this.observer.on(new QueueEvent.GroupRecreated(RedisStore.BACKEND, queue, group, position));
	}

	void warn(String text) {
		this.observer.on(new QueueEvent.Warning(RedisStore.BACKEND, text));
	}

}
