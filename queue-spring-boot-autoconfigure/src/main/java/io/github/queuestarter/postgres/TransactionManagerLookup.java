package io.github.queuestarter.postgres;

import java.beans.PropertyDescriptor;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.github.queuestarter.store.UnavailableTransactionsException;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.util.ReflectionUtils;

/**
 * Finds the transaction manager of the application that works on the queue's DataSource.
 */
final class TransactionManagerLookup {

	private static final String ACTION = "Define a JdbcTransactionManager or a JpaTransactionManager on the"
			+ " DataSource of the queues (Spring Boot makes one if there is one DataSource)";

	private final ObjectProvider<PlatformTransactionManager> managers;

	private final DataSource dataSource;

	/**
	 * Create.
	 * @param dataSource the queue's DataSource, without its proxies
	 */
	TransactionManagerLookup(ObjectProvider<PlatformTransactionManager> managers, DataSource dataSource) {
		this.managers = managers;
		this.dataSource = dataSource;
	}

	/**
	 * Find it.
	 * @throws UnavailableTransactionsException if there is none, or no single one
	 */
	Found find() {
		List<Found> matching = all().map(this::match).flatMap(List::stream).toList();
		if (matching.size() == 1) {
			return matching.get(0);
		}
		if (matching.isEmpty()) {
			throw new UnavailableTransactionsException(
					"no transaction manager works on the DataSource of the queues (" + present() + ")", ACTION);
		}
		PlatformTransactionManager primary = this.managers.getIfUnique();
		return matching.stream()
			.filter((found) -> found.manager() == primary)
			.findFirst()
			.orElseThrow(() -> new UnavailableTransactionsException(
					matching.size() + " transaction managers work on the DataSource of the queues, and none of them"
							+ " is the primary one",
					"Mark one of them as @Primary"));
	}

	private Stream<PlatformTransactionManager> all() {
		// Also those that are only to be had by a qualifier
		return this.managers.stream(ObjectProvider.UNFILTERED);
	}

	private List<Found> match(PlatformTransactionManager manager) {
		DataSource candidate = dataSourceOf(manager);
		return (candidate != null && CallerTransaction.target(candidate) == this.dataSource)
				? List.of(new Found(manager, candidate)) : List.of();
	}

	private String present() {
		String types = all().map((manager) -> manager.getClass().getName()).collect(Collectors.joining(", "));
		return types.isEmpty() ? "there is none at all" : "there is " + types;
	}

	/**
	 * The DataSource of a manager: JPA's and Hibernate's have it as a property that no
	 * interface names.
	 */
	private static @Nullable DataSource dataSourceOf(PlatformTransactionManager manager) {
		Object target = AopProxyUtils.getSingletonTarget(manager);
		Object own = (target != null) ? target : manager;
		if (own instanceof DataSourceTransactionManager ofJdbc) {
			return ofJdbc.getDataSource();
		}
		PropertyDescriptor property = BeanUtils.getPropertyDescriptor(own.getClass(), "dataSource");
		if (property == null || property.getReadMethod() == null) {
			return null;
		}
		return (ReflectionUtils.invokeMethod(property.getReadMethod(), own) instanceof DataSource dataSource)
				? dataSource : null;
	}

	/**
	 * A transaction manager.
	 *
	 * @param dataSource the DataSource that its connections are bound to
	 */
	record Found(PlatformTransactionManager manager, DataSource dataSource) {
	}

}
