package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class PostgresHandlerShapeTests extends HandlerShapeContract {

	@Override
	Backend backend() {
		return Backend.postgres(TestServers.postgres());
	}

}
