package io.github.queuestarter.autoconfigure;

import io.github.queuestarter.QueueListener;
import io.github.queuestarter.testing.TestServers;

import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * Contexts with no store, with either, and with both.
 */
abstract class AutoConfigurationTest {

	final ApplicationContextRunner none = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QueueAutoConfiguration.class, QueueHealthAutoConfiguration.class,
				QueueMetricsAutoConfiguration.class, JacksonAutoConfiguration.class, MetricsAutoConfiguration.class,
				CompositeMeterRegistryAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class));

	final ApplicationContextRunner redis = this.none
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
		.withBean(DataRedisConnectionDetails.class, () -> TestServers.redis().connectionDetails());

	final ApplicationContextRunner postgres = this.none
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class))
		.withBean(JdbcConnectionDetails.class, () -> TestServers.postgres().connectionDetails());

	final ApplicationContextRunner both = this.redis
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class))
		.withBean(JdbcConnectionDetails.class, () -> TestServers.postgres().connectionDetails());

	static FailureAnalysis analysis(Throwable failure) {
		return StartUpFailure.analysis(failure, new StaticListableBeanFactory());
	}

	static class Plain {

		@QueueListener("orders")
		void on(String text) {
		}

	}

	static class InTransaction {

		@QueueListener(queue = "orders", transactional = true)
		void on(String text) {
		}

	}

}
