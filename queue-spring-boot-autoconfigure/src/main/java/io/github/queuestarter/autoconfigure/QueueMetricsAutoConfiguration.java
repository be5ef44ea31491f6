package io.github.queuestarter.autoconfigure;

import io.github.queuestarter.actuate.QueueMetrics;
import io.github.queuestarter.actuate.QueueStatsReader;
import io.github.queuestarter.core.QueueStores;
import io.github.queuestarter.listener.QueueListenerRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the meters of queues.
 */
@AutoConfiguration(after = QueueAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass({ MeterBinder.class, CompositeMeterRegistryAutoConfiguration.class })
@ConditionalOnBean({ MeterRegistry.class, QueueStores.class })
public final class QueueMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	QueueMetrics queueMetrics(ObjectProvider<QueueStores> stores, ObjectProvider<QueueListenerRegistry> listeners) {
		return new QueueMetrics(() -> new QueueStatsReader(stores.getObject()), listeners::getObject);
	}

}
