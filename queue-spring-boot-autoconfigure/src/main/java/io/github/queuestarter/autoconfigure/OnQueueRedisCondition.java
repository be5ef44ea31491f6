package io.github.queuestarter.autoconfigure;

import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Conditional;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Matches when it can be told which Redis queues are to use: one is marked for them, or
 * there is one that everything uses.
 */
final class OnQueueRedisCondition extends AnyNestedCondition {

	OnQueueRedisCondition() {
		super(ConfigurationPhase.REGISTER_BEAN);
	}

	@Conditional(OnMark.class)
	static final class Marked {

	}

	@ConditionalOnSingleCandidate(RedisConnectionFactory.class)
	static final class Single {

	}

	static final class OnMark extends OnMarkedBeanCondition {

		OnMark() {
			super(QueueRedisConnectionFactory.class);
		}

	}

}
