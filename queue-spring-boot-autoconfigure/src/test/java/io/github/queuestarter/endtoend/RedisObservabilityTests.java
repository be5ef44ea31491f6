package io.github.queuestarter.endtoend;

class RedisObservabilityTests extends ObservabilityContract {

	@Override
	Backend backend() {
		return Backend.redis();
	}

}
