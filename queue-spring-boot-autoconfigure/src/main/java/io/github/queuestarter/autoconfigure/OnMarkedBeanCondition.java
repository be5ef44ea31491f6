package io.github.queuestarter.autoconfigure;

import java.lang.annotation.Annotation;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches when a bean is marked for queues. {@code @ConditionalOnBean} passes over beans
 * that are no default candidates, which a marked one should be.
 */
abstract class OnMarkedBeanCondition extends SpringBootCondition implements ConfigurationCondition {

	private final Class<? extends Annotation> mark;

	OnMarkedBeanCondition(Class<? extends Annotation> mark) {
		this.mark = mark;
	}

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("@" + this.mark.getSimpleName());
		ConfigurableListableBeanFactory beans = context.getBeanFactory();
		String[] marked = (beans != null) ? BeanFactoryUtils.beanNamesForAnnotationIncludingAncestors(beans, this.mark)
				: new String[0];
		return (marked.length > 0) ? ConditionOutcome.match(message.found("bean", "beans").items((Object[]) marked))
				: ConditionOutcome.noMatch(message.didNotFind("any bean").atAll());
	}

}
