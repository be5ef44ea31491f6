package io.github.queuestarter.endtoend;

class RedisFailureTests extends FailureContract {

	@Override
	Backend backend() {
		return Backend.redis();
	}

}
