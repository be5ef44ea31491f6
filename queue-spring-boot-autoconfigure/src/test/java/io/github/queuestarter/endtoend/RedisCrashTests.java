package io.github.queuestarter.endtoend;

class RedisCrashTests extends CrashContract {

	@Override
	Backend backend() {
		return Backend.redis();
	}

}
