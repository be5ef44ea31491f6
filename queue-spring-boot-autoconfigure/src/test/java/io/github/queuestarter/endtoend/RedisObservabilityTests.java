package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class RedisObservabilityTests extends ObservabilityContract {

	@Override
	Backend backend() {
		return Backend.redis(TestServers.redis());
	}

}
