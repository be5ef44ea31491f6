package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class PostgresFailureTests extends FailureContract {

	@Override
	Backend backend() {
		return Backend.postgres(TestServers.postgres());
	}

}
