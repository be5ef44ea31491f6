package io.github.queuestarter.endtoend;

class RedisFanOutTests extends FanOutContract {

	@Override
	Backend backend() {
		return Backend.redis();
	}

}
