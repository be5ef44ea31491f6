package io.github.queuestarter.endtoend;

import org.junit.jupiter.api.Tag;

@Tag("topology")
class RedisClusterObservabilityTests extends ObservabilityContract {

	@Override
	Backend backend() {
		return RedisTopologies.cluster();
	}

}
