package io.github.queuestarter.autoconfigure;

import java.lang.annotation.Annotation;
import java.util.Arrays;

import io.github.queuestarter.core.StoreSelectionException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.util.ClassUtils;

/**
 * Explains that there is no store because there are several beans that could connect to
 * it and none of them stands out.
 */
abstract class ConnectionChoiceFailureAnalyzer extends AbstractFailureAnalyzer<StoreSelectionException> {

	private final BeanFactory beanFactory;

	private final String backend;

	private final String store;

	private final String type;

	private final Class<? extends Annotation> mark;

	/**
	 * Create.
	 * @param backend kind of the store
	 * @param store what the store is called
	 * @param type the class of the beans; it may be missing
	 * @param mark what marks one of them
	 */
	ConnectionChoiceFailureAnalyzer(BeanFactory beanFactory, String backend, String store, String type,
			Class<? extends Annotation> mark) {
		this.beanFactory = beanFactory;
		this.backend = backend;
		this.store = store;
		this.type = type;
		this.mark = mark;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, StoreSelectionException cause) {
		String wanted = cause.getWanted();
		boolean mayBeThisStore = (wanted != null) ? wanted.equals(this.backend) : cause.getPresent().isEmpty();
		ClassLoader classLoader = getClass().getClassLoader();
		if (!mayBeThisStore || !(this.beanFactory instanceof ListableBeanFactory beans)
				|| !ClassUtils.isPresent(this.type, classLoader)) {
			return null;
		}
		Class<?> beanType = ClassUtils.resolveClassName(this.type, classLoader);
		String[] names = beans.getBeanNamesForType(beanType, false, false);
		if (names.length < 2 || Arrays.stream(names).anyMatch((name) -> standsOut(beans, name))) {
			return null;
		}
		Arrays.sort(names);
		return new FailureAnalysis(
				"Queue '" + cause.getQueue() + "' has no store on " + this.store + ": there are " + names.length
						+ " beans of type " + beanType.getSimpleName() + " (" + String.join(", ", names)
						+ "), and none is primary or marked for queues.",
				"Annotate the @Bean method of the one that holds the queues with @" + this.mark.getSimpleName()
						+ ", or with @Primary the one that everything uses.",
				cause);
	}

	/**
	 * Whether a bean was chosen: then it is for another reason that there is no store.
	 */
	private boolean standsOut(ListableBeanFactory beans, String name) {
		return beans.findAnnotationOnBean(name, this.mark, false) != null
				|| (beans instanceof ConfigurableListableBeanFactory configurable
						&& configurable.containsBeanDefinition(name)
						&& configurable.getBeanDefinition(name).isPrimary());
	}

}
