package io.github.queuestarter.autoconfigure;

import io.github.queuestarter.redis.RedisStore;

import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Has Redis looked at when all beans are there, since those that observe may be any of
 * them, and before any listener starts.
 */
final class QueueRedisInspection implements SmartInitializingSingleton {

	private final RedisStore store;

	private final boolean strict;

	QueueRedisInspection(RedisStore store, boolean strict) {
		this.store = store;
		this.strict = strict;
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (this.strict) {
			this.store.requireSafeServer();
		}
		else {
			this.store.inspectServer();
		}
	}

}
