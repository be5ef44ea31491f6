package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class PostgresCrashTests extends CrashContract {

	@Override
	Backend backend() {
		return Backend.postgres(TestServers.postgres());
	}

}
