package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class RedisFailureTests extends FailureContract {

	@Override
	Backend backend() {
		return Backend.redis(TestServers.redis());
	}

}
