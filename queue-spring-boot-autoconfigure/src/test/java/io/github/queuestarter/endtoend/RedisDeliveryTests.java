package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class RedisDeliveryTests extends DeliveryContract {

	@Override
	Backend backend() {
		return Backend.redis(TestServers.redis());
	}

}
