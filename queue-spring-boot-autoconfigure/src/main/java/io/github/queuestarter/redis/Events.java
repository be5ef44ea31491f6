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

	void removed(String queue, long count) {
		if (count > 0) {
			this.observer.on(new QueueEvent.Removed(RedisStore.BACKEND, queue, count));
		}
	}

	void trimmed(String queue, long count) {
		if (count > 0) {
			this.observer.on(new QueueEvent.Trimmed(RedisStore.BACKEND, queue, count, QueueEvent.Trimmed.Reason.LIMIT));
		}
	}

	void lost(String queue, String group, long count) {
		this.observer.on(new QueueEvent.Lost(RedisStore.BACKEND, queue, group, count));
	}

	void warn(String text) {
		this.observer.on(new QueueEvent.Warning(RedisStore.BACKEND, text));
	}

}
