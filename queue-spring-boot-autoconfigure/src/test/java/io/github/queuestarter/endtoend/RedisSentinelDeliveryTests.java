package io.github.queuestarter.endtoend;

import org.junit.jupiter.api.Tag;

@Tag("topology")
class RedisSentinelDeliveryTests extends DeliveryContract {

	@Override
	Backend backend() {
		return RedisTopologies.sentinels();
	}

}
