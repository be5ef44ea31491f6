package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class RedisLifecycleTests extends LifecycleContract {

	@Override
	Backend backend() {
		return Backend.redis(TestServers.redis());
	}

}
