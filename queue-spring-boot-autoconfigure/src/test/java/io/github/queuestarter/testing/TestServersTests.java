package io.github.queuestarter.testing;

import java.util.UUID;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TestServers}.
 */
@Tag("newer-jdk")
class TestServersTests {

	@Test
	void redisAnswersAnApplication() {
		String key = UUID.randomUUID().toString();
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
			.withBean(DataRedisConnectionDetails.class, () -> TestServers.redis().connectionDetails())
			.run((context) -> {
				StringRedisTemplate redis = context.getBean(StringRedisTemplate.class);
				redis.opsForValue().set(key, "value");
				assertThat(redis.opsForValue().getAndDelete(key)).isEqualTo("value");
			});
	}

	@Test
	void postgresAnswersAnApplication() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
					JdbcTemplateAutoConfiguration.class, JdbcClientAutoConfiguration.class))
			.withBean(JdbcConnectionDetails.class, () -> TestServers.postgres().connectionDetails())
			.run((context) -> assertThat(context.getBean(JdbcClient.class)
				.sql("select current_setting('server_version_num')::int")
				.query(Integer.class)
				.single()).isGreaterThanOrEqualTo(130000));
	}

	@Test
	void everyoneGetsTheSameServers() {
		assertThat(TestServers.redis()).isSameAs(TestServers.redis());
		assertThat(TestServers.postgres()).isSameAs(TestServers.postgres());
	}

}
