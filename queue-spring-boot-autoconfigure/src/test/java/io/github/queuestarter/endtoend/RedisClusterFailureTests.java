package io.github.queuestarter.endtoend;

import org.junit.jupiter.api.Tag;

@Tag("topology")
class RedisClusterFailureTests extends FailureContract {

	@Override
	Backend backend() {
		return RedisTopologies.cluster();
	}

}
