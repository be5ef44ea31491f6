package io.github.queuestarter.endtoend;

class RedisVirtualThreadTests extends VirtualThreadContract {

	@Override
	Backend backend() {
		return Backend.redis();
	}

}
