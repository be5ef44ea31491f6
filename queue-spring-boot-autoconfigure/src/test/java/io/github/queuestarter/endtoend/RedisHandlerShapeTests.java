package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class RedisHandlerShapeTests extends HandlerShapeContract {

	@Override
	Backend backend() {
		return Backend.redis(TestServers.redis());
	}

}
