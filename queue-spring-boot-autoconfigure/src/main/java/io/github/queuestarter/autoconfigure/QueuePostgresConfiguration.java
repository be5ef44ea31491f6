package io.github.queuestarter.autoconfigure;

import javax.sql.DataSource;

import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.postgres.PostgresStore;
import org.postgresql.Driver;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

/**
 * Queues on Postgres.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({ DataSource.class, DataSourceBuilder.class, SimpleDriverDataSource.class, Driver.class })
@ConditionalOnSingleCandidate(DataSource.class)
@ConditionalOnBackend("postgres")
@EnableConfigurationProperties(QueuePostgresProperties.class)
@Import(DatabaseInitializationDependencyConfigurer.class)
class QueuePostgresConfiguration {

	@Bean
	@DependsOnDatabaseInitialization
	@ConditionalOnMissingBean(PostgresStore.class)
	PostgresStore queuePostgresStore(DataSource dataSource, QueuePostgresProperties properties, QueueProperties queue,
			@Qualifier("queueEvents") QueueObserver events) {
		PostgresStore store = new PostgresStore(dataSource, outsideThePool(dataSource), settings(properties, queue),
				events);
		store.initialize();
		return store;
	}

	/**
	 * The heartbeat must not wait for a pool that handlers have emptied.
	 */
	private static DataSource outsideThePool(DataSource dataSource) {
		try {
			return DataSourceBuilder.derivedFrom(dataSource).type(SimpleDriverDataSource.class).build();
		}
		catch (RuntimeException ex) {
			// a DataSource that does not tell its URL; it takes one connection of the
			// pool
			return dataSource;
		}
	}

	private static PostgresStore.Settings settings(QueuePostgresProperties properties, QueueProperties queue) {
		PostgresStore.Settings defaults = PostgresStore.Settings.defaults();
		try {
			return new PostgresStore.Settings(properties.getSchema(), properties.getInitializeSchema(),
					properties.getPollInterval(), properties.getUnjoinedTransaction(), defaults.settleBatch(),
					queue.getHeartbeat().getInterval(), defaults.networkTimeout(), queue.getHeartbeat().getInterval());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidQueuePropertiesException("queue.postgres", String.valueOf(ex.getMessage()), ex);
		}
	}

}
