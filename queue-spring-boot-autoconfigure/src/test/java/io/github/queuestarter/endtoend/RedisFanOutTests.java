package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class RedisFanOutTests extends FanOutContract {

	@Override
	Backend backend() {
		return Backend.redis(TestServers.redis());
	}

}
