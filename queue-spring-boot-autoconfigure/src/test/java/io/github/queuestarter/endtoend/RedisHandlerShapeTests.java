package io.github.queuestarter.endtoend;

class RedisHandlerShapeTests extends HandlerShapeContract {

	@Override
	Backend backend() {
		return Backend.redis();
	}

}
