package io.github.queuestarter.autoconfigure;

import io.github.queuestarter.actuate.QueueHealthIndicator;
import io.github.queuestarter.actuate.QueueStatsReader;
import io.github.queuestarter.core.QueueStores;
import io.github.queuestarter.listener.QueueListenerRegistry;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the health of queues.
 */
@AutoConfiguration(after = QueueAutoConfiguration.class,
		beforeName = "org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration")
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean(QueueStores.class)
@ConditionalOnEnabledHealthIndicator("queue")
public final class QueueHealthAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "queueHealthIndicator")
	HealthIndicator queueHealthIndicator(QueueStores stores, QueueListenerRegistry registry) {
		return new QueueHealthIndicator(stores, registry, new QueueStatsReader(stores));
	}

}
