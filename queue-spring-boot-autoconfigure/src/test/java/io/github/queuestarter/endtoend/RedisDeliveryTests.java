package io.github.queuestarter.endtoend;

class RedisDeliveryTests extends DeliveryContract {

	@Override
	Backend backend() {
		return Backend.redis();
	}

}
