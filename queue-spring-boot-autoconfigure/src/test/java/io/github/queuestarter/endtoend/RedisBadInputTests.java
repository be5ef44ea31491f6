package io.github.queuestarter.endtoend;

class RedisBadInputTests extends BadInputContract {

	@Override
	Backend backend() {
		return Backend.redis();
	}

}
