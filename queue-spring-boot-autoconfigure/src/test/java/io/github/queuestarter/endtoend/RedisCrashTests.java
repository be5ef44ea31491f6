package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class RedisCrashTests extends CrashContract {

	@Override
	Backend backend() {
		return Backend.redis(TestServers.redis());
	}

}
