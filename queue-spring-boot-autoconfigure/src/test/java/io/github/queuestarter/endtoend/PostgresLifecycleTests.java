package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class PostgresLifecycleTests extends LifecycleContract {

	@Override
	Backend backend() {
		return Backend.postgres(TestServers.postgres());
	}

}
