package io.github.queuestarter.autoconfigure;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Explains that it can't be told which of several DataSources queues are to use.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class DataSourceChoiceFailureAnalyzer extends ConnectionChoiceFailureAnalyzer {

	DataSourceChoiceFailureAnalyzer(BeanFactory beanFactory) {
		super(beanFactory, "postgres", "Postgres", "javax.sql.DataSource", QueueDataSource.class);
	}

}
