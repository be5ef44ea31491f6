package io.github.queuestarter.autoconfigure;

import java.util.Arrays;

import javax.sql.DataSource;

import io.github.queuestarter.core.StoreSelectionException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Explains that there is no Postgres store because there are several DataSources and none
 * of them stands out.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class DataSourceChoiceFailureAnalyzer extends AbstractFailureAnalyzer<StoreSelectionException> {

	private final BeanFactory beanFactory;

	DataSourceChoiceFailureAnalyzer(BeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, StoreSelectionException cause) {
		String wanted = cause.getWanted();
		boolean mayBePostgres = (wanted != null) ? wanted.equals("postgres") : cause.getPresent().isEmpty();
		if (!mayBePostgres || !(this.beanFactory instanceof ListableBeanFactory beans)) {
			return null;
		}
		String[] names = beans.getBeanNamesForType(DataSource.class, false, false);
		if (names.length < 2) {
			return null;
		}
		Arrays.sort(names);
		return new FailureAnalysis(
				"Queue '" + cause.getQueue() + "' has no store on Postgres: there are " + names.length
						+ " DataSources (" + String.join(", ", names) + "), and none is primary or marked for queues.",
				"Annotate the @Bean method of the one that holds the queues with @QueueDataSource, or with @Primary the"
						+ " one that everything uses.",
				cause);
	}

}
