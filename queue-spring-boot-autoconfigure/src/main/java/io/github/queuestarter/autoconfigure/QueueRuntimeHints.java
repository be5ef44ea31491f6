package io.github.queuestarter.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.util.ClassUtils;

/**
 * What a native image needs to know: the scripts of the stores, and the interfaces that
 * the Redis reader stands in for.
 */
final class QueueRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources()
			.registerPattern("io/github/queuestarter/redis/*.lua")
			.registerPattern("io/github/queuestarter/postgres/*.sql");
		// Spring's conversion looks for it by name
		hints.reflection()
			.registerType(RedisDurability.class,
					(type) -> type.withMethod("valueOf", TypeReference.listOf(String.class), ExecutableMode.INVOKE));
		String redis = "org.springframework.data.redis.connection.";
		if (ClassUtils.isPresent(redis + "RedisConnection", classLoader)) {
			hints.proxies()
				.registerJdkProxy(ClassUtils.resolveClassName(redis + "RedisConnection", classLoader))
				.registerJdkProxy(ClassUtils.resolveClassName(redis + "RedisStreamCommands", classLoader));
		}
		String lettuce = redis + "lettuce.LettuceConnectionFactory";
		if (ClassUtils.isPresent(lettuce, classLoader)) {
			hints.reflection()
				.registerType(ClassUtils.resolveClassName(lettuce, classLoader),
						(type) -> type.withField("configuration"));
		}
		String holder = "org.springframework.jdbc.datasource.ConnectionHolder";
		if (ClassUtils.isPresent(holder, classLoader)) {
			hints.reflection()
				.registerType(ClassUtils.resolveClassName(holder, classLoader),
						(type) -> type.withMethod("isTransactionActive", List.of(), ExecutableMode.INVOKE));
		}
		String jpa = "org.springframework.orm.jpa.JpaTransactionManager";
		if (ClassUtils.isPresent(jpa, classLoader)) {
			hints.reflection()
				.registerType(ClassUtils.resolveClassName(jpa, classLoader),
						(type) -> type.withMethod("getDataSource", List.of(), ExecutableMode.INVOKE));
		}
	}

}
