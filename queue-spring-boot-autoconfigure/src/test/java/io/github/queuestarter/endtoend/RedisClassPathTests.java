package io.github.queuestarter.endtoend;

class RedisClassPathTests extends ClassPathContract {

	@Override
	Backend backend() {
		return Backend.redis();
	}

	@Override
	String otherStore() {
		return "postgresql|HikariCP|spring-jdbc|spring-boot-jdbc";
	}

}
