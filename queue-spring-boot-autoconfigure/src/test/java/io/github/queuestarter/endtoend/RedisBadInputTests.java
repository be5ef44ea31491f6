package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class RedisBadInputTests extends BadInputContract {

	@Override
	Backend backend() {
		return Backend.redis(TestServers.redis());
	}

}
