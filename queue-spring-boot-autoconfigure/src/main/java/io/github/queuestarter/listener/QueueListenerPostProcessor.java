package io.github.queuestarter.listener;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import io.github.queuestarter.QueueListener;
import io.github.queuestarter.QueueListeners;
import io.github.queuestarter.core.PayloadConverter;
import io.github.queuestarter.store.Names;
import io.github.queuestarter.store.Subscription;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanExpressionContext;
import org.springframework.beans.factory.config.BeanExpressionResolver;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;
import org.springframework.validation.Validator;

/**
 * Finds {@link QueueListener @QueueListener} methods and registers them. Beans that are
 * made after the application has started are listened to from then on.
 */
public final class QueueListenerPostProcessor
		implements BeanPostProcessor, BeanFactoryAware, SmartInitializingSingleton {

	private static final String DEFAULT_GROUP = "default";

	private final ObjectProvider<QueueListenerRegistry> registry;

	private final ObjectProvider<PayloadConverter> converter;

	private final ObjectProvider<Validator> validator;

	private final ObjectProvider<StoredArgumentResolver> stored;

	private final Set<Class<?>> withoutListeners = ConcurrentHashMap.newKeySet();

	private final Map<Candidate, Set<QueueListener>> early = new LinkedHashMap<>();

	private @Nullable ConfigurableListableBeanFactory beanFactory;

	private @Nullable HandlerFactory handlers;

	public QueueListenerPostProcessor(ObjectProvider<QueueListenerRegistry> registry,
			ObjectProvider<PayloadConverter> converter, ObjectProvider<Validator> validator,
			ObjectProvider<StoredArgumentResolver> stored) {
		this.registry = registry;
		this.converter = converter;
		this.validator = validator;
		this.stored = stored;
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		this.beanFactory = (ConfigurableListableBeanFactory) beanFactory;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (ScopedProxyUtils.isScopedTarget(beanName)) {
			// its proxy is listened to, which looks up the target of the moment
			return bean;
		}
		Class<?> type = AopProxyUtils.ultimateTargetClass(bean);
		if (this.withoutListeners.contains(type)
				|| !AnnotationUtils.isCandidateClass(type, List.of(QueueListener.class, QueueListeners.class))) {
			return bean;
		}
		Map<Method, Set<QueueListener>> methods = MethodIntrospector.selectMethods(type,
				(MethodIntrospector.MetadataLookup<Set<QueueListener>>) QueueListenerPostProcessor::listenersOn);
		if (methods.isEmpty()) {
			this.withoutListeners.add(type);
			return bean;
		}
		methods.forEach((method, listeners) -> found(new Candidate(bean, beanName, method), listeners));
		return bean;
	}

	private static @Nullable Set<QueueListener> listenersOn(Method method) {
		Set<QueueListener> listeners = AnnotatedElementUtils.getMergedRepeatableAnnotations(method, QueueListener.class,
				QueueListeners.class);
		return listeners.isEmpty() ? null : listeners;
	}

	private void found(Candidate candidate, Set<QueueListener> listeners) {
		HandlerFactory handlers;
		synchronized (this.early) {
			handlers = this.handlers;
			if (handlers == null) {
				this.early.put(candidate, listeners);
				return;
			}
		}
		register(candidate, listeners, handlers);
	}

	@Override
	public void afterSingletonsInstantiated() {
		ConfigurableListableBeanFactory beanFactory = this.beanFactory;
		Assert.state(beanFactory != null, "No bean factory");
		HandlerFactory handlers = new HandlerFactory(this.converter.getObject(), this.validator.getIfUnique(),
				this.stored.orderedStream().toList(), beanFactory);
		synchronized (this.early) {
			this.early.forEach((candidate, listeners) -> register(candidate, listeners, handlers));
			this.early.clear();
			this.handlers = handlers;
		}
	}

	private void register(Candidate candidate, Set<QueueListener> listeners, HandlerFactory handlers) {
		Method method = AopUtils.selectInvocableMethod(candidate.method(), candidate.bean().getClass());
		String name = candidate.name();
		HandlerReturnType.check(candidate.method(), AopProxyUtils.ultimateTargetClass(candidate.bean()), name);
		Handler handler = handlers.handlerFor(candidate.bean(), method, name);
		for (QueueListener listener : listeners) {
			this.registry.getObject()
				.register(definition(listener, handler, name, HandlerReturnType.isStage(candidate.method())));
		}
	}

	private ListenerDefinition definition(QueueListener listener, Handler handler, String method,
			boolean returnsStage) {
		String queue = resolve(listener.queue());
		String group = group(listener, method);
		try {
			Names.requireValid("queue", queue);
			Names.requireValid("group", group);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidListenerException("Listener " + method + ": " + ex.getMessage(),
					"Name the queue, as in @QueueListener(\"orders\").", ex);
		}
		String id = resolve(listener.id());
		String backend = resolve(listener.backend());
		return new ListenerDefinition(StringUtils.hasText(id) ? id : queue + "/" + group, queue, group,
				StringUtils.hasText(backend) ? backend : null, concurrency(resolve(listener.concurrency()), method),
				listener.transactional(), listener.ephemeral(), returnsStage,
				List.copyOf(Arrays.asList(listener.noRetryFor())), handler, method);
	}

	private String group(QueueListener listener, String method) {
		if (listener.ephemeral()) {
			refuse(method, "names group '" + listener.group() + "'", "group", !listener.group().isEmpty());
			refuse(method, "is transactional", "transactional", listener.transactional());
			refuse(method, "has 'noRetryFor', although it retries nothing", "noRetryFor",
					listener.noRetryFor().length > 0);
			return Subscription.EPHEMERAL;
		}
		String group = listener.group().isEmpty() ? DEFAULT_GROUP : resolve(listener.group());
		if (group.equals(Subscription.EPHEMERAL)) {
			throw new InvalidListenerException(
					"Listener " + method
							+ " names group 'ephemeral', which is what groups of single instances are called",
					"Write 'ephemeral = true' if each instance is to have every message, or name another group if the"
							+ " instances are to share them.",
					null);
		}
		return group;
	}

	private static void refuse(String method, String what, String attribute, boolean isThere) {
		if (isThere) {
			throw new InvalidListenerException(
					"Listener " + method + " is ephemeral, which means that it reads for its instance alone and keeps"
							+ " nothing in the store, and " + what,
					"Remove '" + attribute + "', or remove 'ephemeral' and let the listener read as a group.", null);
		}
	}

	private static @Nullable Integer concurrency(String value, String method) {
		if (!StringUtils.hasText(value)) {
			return null;
		}
		try {
			int concurrency = Integer.parseInt(value.trim());
			if (concurrency >= 1) {
				return concurrency;
			}
		}
		catch (NumberFormatException ex) {
			// told below
		}
		throw new InvalidListenerException("Listener " + method + " has concurrency '" + value + "'",
				"Give a whole number of at least 1, or leave it out.", null);
	}

	private String resolve(String value) {
		ConfigurableListableBeanFactory beanFactory = this.beanFactory;
		Assert.state(beanFactory != null, "No bean factory");
		String text = beanFactory.resolveEmbeddedValue(value);
		BeanExpressionResolver expressions = beanFactory.getBeanExpressionResolver();
		if (text == null || expressions == null) {
			return (text != null) ? text : "";
		}
		Object result = expressions.evaluate(text, new BeanExpressionContext(beanFactory, null));
		return (result != null) ? result.toString() : "";
	}

	/**
	 * A method that has listeners on it.
	 */
	private record Candidate(Object bean, String beanName, Method method) {

		String name() {
			String parameters = Arrays.stream(this.method.getParameterTypes())
				.map(Class::getSimpleName)
				.collect(Collectors.joining(", "));
			return this.method.getDeclaringClass().getName() + "." + this.method.getName() + "(" + parameters + ")";
		}

	}

}
