package io.github.queuestarter.autoconfigure;

import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.core.JacksonPayloadConverter;
import io.github.queuestarter.core.PayloadConverter;
import io.github.queuestarter.core.QueueAdmin;
import io.github.queuestarter.core.QueueOperations;
import io.github.queuestarter.core.QueueStores;
import io.github.queuestarter.core.QueueTemplate;
import io.github.queuestarter.listener.EventLog;
import io.github.queuestarter.listener.Events;
import io.github.queuestarter.store.QueueStore;
import io.micrometer.observation.ObservationRegistry;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;

/**
 * Auto-configuration of durable queues on the Redis or the Postgres that the application
 * has.
 */
@AutoConfiguration(afterName = { "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration",
		"org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
		"org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration",
		"org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
		"org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration" })
@EnableConfigurationProperties(QueueProperties.class)
@Import({ QueueRedisConfiguration.class, QueuePostgresConfiguration.class, QueueListenerConfiguration.class })
@ImportRuntimeHints(QueueRuntimeHints.class)
public final class QueueAutoConfiguration {

	@Bean
	EventLog queueEventLog() {
		return new EventLog();
	}

	@Bean(defaultCandidate = false)
	Events queueEvents(ObjectProvider<QueueObserver> observers) {
		return new Events(() -> observers.orderedStream().toList());
	}

	@Bean
	QueueSettings queueSettings(QueueProperties properties) {
		return new QueueSettings(properties);
	}

	@Bean
	@ConditionalOnMissingBean
	PayloadConverter queuePayloadConverter(ObjectProvider<JsonMapper> mapper) {
		return new JacksonPayloadConverter(mapper.getIfAvailable(JsonMapper::new));
	}

	@Bean
	@ConditionalOnMissingBean
	QueueStores queueStores(ObjectProvider<QueueStore> stores, QueueSettings settings) {
		return new QueueStores(stores.orderedStream().toList(), settings::backendOf);
	}

	@Bean
	@ConditionalOnMissingBean(QueueOperations.class)
	QueueTemplate queueTemplate(QueueStores stores, PayloadConverter converter, QueueProperties properties,
			ObjectProvider<ObservationRegistry> observations, @Qualifier("queueEvents") QueueObserver events) {
		return new QueueTemplate(stores, converter, properties.getMaxPayloadSize(),
				observations.getIfAvailable(() -> ObservationRegistry.NOOP), events);
	}

	@Bean
	@ConditionalOnMissingBean
	QueueAdmin queueAdmin(QueueStores stores) {
		return new QueueAdmin(stores);
	}

}
