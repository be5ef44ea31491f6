package io.github.queuestarter.endtoend;

class RedisClusterDeliveryTests extends DeliveryContract {

	@Override
	Backend backend() {
		return RedisTopologies.cluster();
	}

}
