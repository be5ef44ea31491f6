package io.github.queuestarter.endtoend;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.queuestarter.core.QueueAdmin;
import io.github.queuestarter.core.QueueOperations;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;

/**
 * An application instance: started with listeners, an own consumer in each group.
 */
final class Application implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private Application(ConfigurableApplicationContext context) {
		this.context = context;
	}

	static Builder on(Backend backend) {
		return new Builder(backend);
	}

	QueueOperations template() {
		return this.context.getBean(QueueOperations.class);
	}

	QueueAdmin admin() {
		return this.context.getBean(QueueAdmin.class);
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	@Override
	public void close() {
		this.context.close();
	}

	/**
	 * What an application has.
	 */
	static final class Builder {

		private final Map<String, Object> properties = new LinkedHashMap<>();

		private final List<Class<?>> sources = new ArrayList<>();

		private final List<Object> beans = new ArrayList<>();

		private Builder(Backend backend) {
			this.properties.putAll(backend.properties());
			this.properties.put("queue.heartbeat.interval", "300ms");
			this.properties.put("queue.heartbeat.expiry", "1500ms");
			this.properties.put("queue.listener.retry.delay", "20ms");
			this.properties.put("queue.housekeeping.interval", "200ms");
			this.properties.put("spring.application.name", "orders");
			this.properties.put("spring.main.banner-mode", "off");
			this.properties.put("spring.data.redis.timeout", "5s");
			this.properties.put("queue.redis.block", "200ms");
			this.properties.put("spring.datasource.hikari.maximum-pool-size", "6");
			this.properties.put("spring.jmx.enabled", "false");
			this.sources.add(Everything.class);
		}

		Builder with(String key, Object value) {
			this.properties.put(key, value);
			return this;
		}

		/**
		 * Add an object as a bean, listeners above all.
		 */
		Builder listener(Object bean) {
			this.beans.add(bean);
			return this;
		}

		Builder configuration(Class<?> source) {
			this.sources.add(source);
			return this;
		}

		Application start() {
			SpringApplicationBuilder builder = new SpringApplicationBuilder(this.sources.toArray(Class[]::new))
				.web(WebApplicationType.NONE)
				.registerShutdownHook(false)
				.properties(this.properties)
				.initializers((context) -> {
					int number = 0;
					for (Object bean : this.beans) {
						registerBean((ConfigurableApplicationContext) context, "bean" + number++, bean);
					}
				});
			return new Application(builder.run());
		}

		@SuppressWarnings("unchecked")
		private static <T> void registerBean(ConfigurableApplicationContext context, String name, T bean) {
			((GenericApplicationContext) context).registerBean(name, (Class<T>) bean.getClass(), () -> bean);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Everything {

	}

}
