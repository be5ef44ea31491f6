package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class PostgresVirtualThreadTests extends VirtualThreadContract {

	@Override
	Backend backend() {
		return Backend.postgres(TestServers.postgres());
	}

}
