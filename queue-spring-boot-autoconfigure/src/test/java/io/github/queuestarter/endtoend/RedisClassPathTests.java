package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class RedisClassPathTests extends ClassPathContract {

	@Override
	Backend backend() {
		return Backend.redis(TestServers.redis());
	}

	@Override
	String otherStore() {
		return "postgresql|HikariCP|spring-jdbc|spring-boot-jdbc";
	}

}
