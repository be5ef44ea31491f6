package io.github.queuestarter.endtoend;

import org.junit.jupiter.api.Tag;

@Tag("topology")
class RedisSentinelFailureTests extends FailureContract {

	@Override
	Backend backend() {
		return RedisTopologies.sentinels();
	}

}
