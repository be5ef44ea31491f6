package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class PostgresDeliveryTests extends DeliveryContract {

	@Override
	Backend backend() {
		return Backend.postgres(TestServers.postgres());
	}

}
