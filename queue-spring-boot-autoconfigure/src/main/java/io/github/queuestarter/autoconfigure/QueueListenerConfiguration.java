package io.github.queuestarter.autoconfigure;

import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.core.PayloadConverter;
import io.github.queuestarter.core.QueueStores;
import io.github.queuestarter.listener.InstanceSettings;
import io.github.queuestarter.listener.QueueListenerPostProcessor;
import io.github.queuestarter.listener.QueueListenerRegistry;
import io.github.queuestarter.listener.StoredArgumentResolver;
import io.micrometer.observation.ObservationRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.thread.Threading;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.validation.Validator;

/**
 * What receives.
 */
@Configuration(proxyBeanMethods = false)
class QueueListenerConfiguration {

	@Bean
	@ConditionalOnMissingBean
	QueueListenerRegistry queueListenerRegistry(QueueStores stores, QueueSettings settings, QueueProperties properties,
			@Qualifier("queueEvents") QueueObserver events, ObjectProvider<ObservationRegistry> observations,
			Environment environment) {
		return new QueueListenerRegistry(stores, settings, instanceSettings(properties, environment), events,
				observations.getIfAvailable(() -> ObservationRegistry.NOOP), properties.getListener().isAutoStartup());
	}

	private static InstanceSettings instanceSettings(QueueProperties properties, Environment environment) {
		try {
			return new InstanceSettings(environment.getProperty("spring.application.name", "application"),
					properties.getHeartbeat().getInterval(), properties.getHeartbeat().getExpiry(),
					properties.getShutdown().getGracePeriod(), properties.getHousekeeping().getInterval(),
					Threading.VIRTUAL.isActive(environment));
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidQueuePropertiesException("queue", String.valueOf(ex.getMessage()), ex);
		}
	}

	@Bean
	static QueueListenerPostProcessor queueListenerPostProcessor(ObjectProvider<QueueListenerRegistry> registry,
			ObjectProvider<PayloadConverter> converter, ObjectProvider<Validator> validator,
			ObjectProvider<StoredArgumentResolver> stored) {
		return new QueueListenerPostProcessor(registry, converter, validator, stored);
	}

}
