package io.github.queuestarter.autoconfigure;

import javax.sql.DataSource;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches when it can be told which DataSource queues are to use: one is marked for them,
 * or there is one that everything uses.
 */
final class OnQueueDataSourceCondition extends AnyNestedCondition {

	OnQueueDataSourceCondition() {
		super(ConfigurationPhase.REGISTER_BEAN);
	}

	@Conditional(OnMark.class)
	static final class Marked {

	}

	@ConditionalOnSingleCandidate(DataSource.class)
	static final class Single {

	}

	/**
	 * {@code @ConditionalOnBean} passes over beans that are no default candidates, which
	 * a marked one should be.
	 */
	static final class OnMark extends SpringBootCondition implements ConfigurationCondition {

		@Override
		public ConfigurationPhase getConfigurationPhase() {
			return ConfigurationPhase.REGISTER_BEAN;
		}

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			ConditionMessage.Builder message = ConditionMessage.forCondition("@QueueDataSource");
			ConfigurableListableBeanFactory beans = context.getBeanFactory();
			String[] marked = (beans != null)
					? BeanFactoryUtils.beanNamesForAnnotationIncludingAncestors(beans, QueueDataSource.class)
					: new String[0];
			return (marked.length > 0) ? ConditionOutcome.match(message.found("bean", "beans").items((Object[]) marked))
					: ConditionOutcome.noMatch(message.didNotFind("any bean").atAll());
		}

	}

}
