package io.github.queuestarter.autoconfigure;

import java.time.Duration;
import java.util.Properties;

import javax.sql.DataSource;

import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.postgres.PostgresStore;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.util.Assert;

/**
 * Queues on Postgres.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({ DataSource.class, DataSourceBuilder.class, SimpleDriverDataSource.class, Driver.class })
@Conditional(OnQueueDataSourceCondition.class)
@ConditionalOnBackend("postgres")
@EnableConfigurationProperties(QueuePostgresProperties.class)
@Import(DatabaseInitializationDependencyConfigurer.class)
class QueuePostgresConfiguration {

	@Bean
	@DependsOnDatabaseInitialization
	@ConditionalOnMissingBean(PostgresStore.class)
	PostgresStore queuePostgresStore(ObjectProvider<DataSource> dataSources,
			@QueueDataSource ObjectProvider<DataSource> marked, QueuePostgresProperties properties,
			QueueProperties queue, @Qualifier("queueEvents") QueueObserver events,
			ObjectProvider<PlatformTransactionManager> transactionManagers) {
		DataSource dataSource = marked.getIfAvailable(dataSources::getObject);
		PostgresStore store = new PostgresStore(dataSource,
				outsideThePool(dataSource, queue.getHeartbeat().getInterval()), settings(properties, queue), events,
				transactionManagers);
		store.initialize();
		return store;
	}

	/**
	 * Spring Boot registers it with the transaction managers that it makes.
	 */
	@Bean
	static TransactionExecutionListener queueCommitListener() {
		return PostgresStore.commitListener();
	}

	@Bean
	static BeanPostProcessor queueCommitListenerRegistrar(
			@Qualifier("queueCommitListener") ObjectProvider<TransactionExecutionListener> listener) {
		return new CommitListenerRegistrar(listener);
	}

	/**
	 * The heartbeat must not wait for a pool that handlers have emptied.
	 */
	private static DataSource outsideThePool(DataSource dataSource, Duration longestWait) {
		try {
			SimpleDriverDataSource own = DataSourceBuilder.derivedFrom(dataSource)
				.type(SimpleDriverDataSource.class)
				.build();
			own.setConnectionProperties(notHangingLongerThan(longestWait));
			return own;
		}
		catch (RuntimeException ex) {
			// a DataSource that does not tell its URL; it takes one connection of the
			// pool
			return dataSource;
		}
	}

	/**
	 * Without these a server that accepts connections and then says nothing would stop
	 * the heartbeat for good.
	 */
	private static Properties notHangingLongerThan(Duration longestWait) {
		String seconds = String.valueOf(Math.max(1, longestWait.toSeconds()));
		Properties properties = new Properties();
		PGProperty.CONNECT_TIMEOUT.set(properties, seconds);
		PGProperty.LOGIN_TIMEOUT.set(properties, seconds);
		PGProperty.SOCKET_TIMEOUT.set(properties, seconds);
		PGProperty.TCP_KEEP_ALIVE.set(properties, true);
		return properties;
	}

	private static PostgresStore.Settings settings(QueuePostgresProperties properties, QueueProperties queue) {
		PostgresStore.Settings defaults = PostgresStore.Settings.defaults();
		try {
			Duration expiry = queue.getHeartbeat().getExpiry();
			Assert.isTrue(properties.getPollInterval().compareTo(expiry) < 0,
					() -> "'poll-interval' must be shorter than 'queue.heartbeat.expiry' ("
							+ DurationStyle.SIMPLE.print(expiry)
							+ "), because a listener that polls less often is taken for dead");
			return new PostgresStore.Settings(properties.getSchema(), properties.getInitializeSchema(),
					properties.getPollInterval(), properties.getUnjoinedTransaction(), defaults.settleBatch(),
					queue.getHeartbeat().getInterval(), defaults.networkTimeout(), queue.getHeartbeat().getInterval(),
					queue.getHeartbeat().getExpiry(), properties.isNotify());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidQueuePropertiesException("queue.postgres", String.valueOf(ex.getMessage()), ex);
		}
	}

}
