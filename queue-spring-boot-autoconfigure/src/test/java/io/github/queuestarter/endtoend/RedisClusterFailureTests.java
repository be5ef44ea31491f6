package io.github.queuestarter.endtoend;

class RedisClusterFailureTests extends FailureContract {

	@Override
	Backend backend() {
		return RedisTopologies.cluster();
	}

}
