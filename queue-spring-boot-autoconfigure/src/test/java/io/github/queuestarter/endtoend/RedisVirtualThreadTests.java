package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class RedisVirtualThreadTests extends VirtualThreadContract {

	@Override
	Backend backend() {
		return Backend.redis(TestServers.redis());
	}

}
