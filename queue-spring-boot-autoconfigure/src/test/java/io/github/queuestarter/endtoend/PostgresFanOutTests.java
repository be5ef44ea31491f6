package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class PostgresFanOutTests extends FanOutContract {

	@Override
	Backend backend() {
		return Backend.postgres(TestServers.postgres());
	}

}
