package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class PostgresClassPathTests extends ClassPathContract {

	@Override
	Backend backend() {
		return Backend.postgres(TestServers.postgres());
	}

	@Override
	String otherStore() {
		return "spring-data-redis|spring-boot-data-redis|lettuce|spring-data-keyvalue|testcontainers-redis";
	}

}
