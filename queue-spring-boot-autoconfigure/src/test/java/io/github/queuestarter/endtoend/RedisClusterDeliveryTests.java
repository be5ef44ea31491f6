package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.RedisTopology;

class RedisClusterDeliveryTests extends DeliveryContract {

	@Override
	Backend backend() {
		return Backend.redis(RedisTopology.cluster());
	}

}
