package io.github.queuestarter.autoconfigure;

import javax.sql.DataSource;

import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Conditional;

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

	static final class OnMark extends OnMarkedBeanCondition {

		OnMark() {
			super(QueueDataSource.class);
		}

	}

}
