package io.github.queuestarter.endtoend;

class RedisSentinelDeliveryTests extends DeliveryContract {

	@Override
	Backend backend() {
		return RedisTopologies.sentinels();
	}

}
