package io.github.queuestarter.endtoend;

import org.junit.jupiter.api.Tag;

@Tag("topology")
class RedisClusterBadInputTests extends BadInputContract {

	@Override
	Backend backend() {
		return RedisTopologies.cluster();
	}

}
