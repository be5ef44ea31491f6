package io.github.queuestarter.autoconfigure;

import java.io.IOException;

import org.junit.jupiter.api.Test;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisStreamCommands;
import org.springframework.orm.jpa.JpaTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;

class QueueRuntimeHintsTests {

	private final RuntimeHints hints = new RuntimeHints();

	QueueRuntimeHintsTests() {
		new QueueRuntimeHints().registerHints(this.hints, getClass().getClassLoader());
	}

	@Test
	void everyScriptIsPartOfANativeImage() throws IOException {
		String room = "io/github/queuestarter/";
		PathMatchingResourcePatternResolver resolver = new PathMatchingResourcePatternResolver();
		for (String store : new String[] { "redis", "postgres" }) {
			Resource[] scripts = resolver.getResources("classpath:" + room + store + "/*.*");
			assertThat(scripts).isNotEmpty();
			for (Resource script : scripts) {
				if (!String.valueOf(script.getFilename()).endsWith(".class")) {
					assertThat(RuntimeHintsPredicates.resource().forResource(room + store + "/" + script.getFilename()))
						.as(script.getFilename())
						.accepts(this.hints);
				}
			}
		}
	}

	@Test
	void whatTheRedisReaderStandsInForIsPartOfANativeImage() {
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(RedisConnection.class)).accepts(this.hints);
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(RedisStreamCommands.class)).accepts(this.hints);
	}

	@Test
	void durabilityOnRedisCanBeReadInANativeImage() {
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(RedisDurability.class, "valueOf")
			.test(this.hints)).isTrue();
	}

	@Test
	void dataSourceOfAJpaTransactionManagerMayBeAskedFor() {
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(JpaTransactionManager.class, "getDataSource")
			.test(this.hints)).isTrue();
	}

}
