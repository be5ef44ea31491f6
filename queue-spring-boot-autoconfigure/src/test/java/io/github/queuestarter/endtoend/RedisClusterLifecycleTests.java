package io.github.queuestarter.endtoend;

import org.junit.jupiter.api.Tag;

@Tag("topology")
class RedisClusterLifecycleTests extends LifecycleContract {

	@Override
	Backend backend() {
		return RedisTopologies.cluster();
	}

}
