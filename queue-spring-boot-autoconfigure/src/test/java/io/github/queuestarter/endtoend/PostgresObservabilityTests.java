package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class PostgresObservabilityTests extends ObservabilityContract {

	@Override
	Backend backend() {
		return Backend.postgres(TestServers.postgres());
	}

}
