package io.github.queuestarter.autoconfigure;

import io.github.queuestarter.QueueEvent;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.sql.DataSource;

import io.github.queuestarter.QueueListener;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.listener.ListenerState;
import io.github.queuestarter.listener.QueueListenerRegistry;
import io.github.queuestarter.postgres.PostgresStore;
import io.github.queuestarter.testing.TestPostgres;
import io.github.queuestarter.testing.TestServers;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which of several DataSources queues use.
 */
class DataSourceChoiceTests {

	private ConfigurableApplicationContext started;

	private final ApplicationContextRunner application = new ApplicationContextRunner()
		.withInitializer((context) -> this.started = context)
		.withConfiguration(AutoConfigurations.of(QueueAutoConfiguration.class, JacksonAutoConfiguration.class,
				DataSourceAutoConfiguration.class));

	@Test
	void twoDataSourcesWithoutAMarkAskForOne() {
		this.application.withUserConfiguration(Two.class, Listens.class)
			.run((context) -> assertThat(analysis(context)).satisfies((analysis) -> {
				assertThat(analysis.getDescription()).contains("'orders'")
					.contains("2 beans of type DataSource (first, second)");
				assertThat(analysis.getAction()).contains("@QueueDataSource").contains("@Primary");
			}));
		this.application.withUserConfiguration(Two.class, Listens.class)
			.withPropertyValues("queue.backend=postgres")
			.run((context) -> assertThat(analysis(context).getAction()).contains("@QueueDataSource"));
	}

	@Test
	void unknownBackendIsNotBlamedOnTheDataSources() {
		this.application.withUserConfiguration(Two.class, Listens.class)
			.withPropertyValues("queue.backend=kafka")
			.run((context) -> assertThat(analysis(context).getAction()).contains("'kafka'"));
	}

	@Test
	void primaryDataSourceIsUsed() {
		this.application.withUserConfiguration(Two.class, Leading.class, Listens.class)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(PostgresStore.class));
	}

	@Test
	void markedDataSourceIsUsedWhateverElseThereIs() {
		this.application.withUserConfiguration(Sole.class, Listens.class)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(PostgresStore.class));
		this.application.withUserConfiguration(Broken.class, Marked.class, Listens.class)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(PostgresStore.class));
		this.application.withUserConfiguration(BrokenPrimary.class, Marked.class, Listens.class)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(PostgresStore.class));
	}

	@Test
	void dataSourceThatDoesNotTellItsUrlLendsTheHeartbeatAConnectionAndThatIsSaid() {
		List<QueueEvent> events = new CopyOnWriteArrayList<>();
		this.application.withUserConfiguration(Listens.class)
			.withBean(DataSource.class, Opaque::new)
			.withBean(QueueObserver.class, () -> events::add)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(events).filteredOn(QueueEvent.Warning.class::isInstance)
					.singleElement()
					.asString()
					.contains("heartbeat", "@QueueDataSource");
				Awaitility.await()
					.until(() -> context.getBean(QueueListenerRegistry.class)
						.states()
						.stream()
						.allMatch(ListenerState::registered));
			});
	}

	/**
	 * As one from JNDI is.
	 */
	static final class Opaque extends AbstractDataSource {

		private final DataSource target = dataSource();

		@Override
		public Connection getConnection() throws SQLException {
			return this.target.getConnection();
		}

		@Override
		public Connection getConnection(String username, String password) throws SQLException {
			return this.target.getConnection(username, password);
		}

	}

	private FailureAnalysis analysis(AssertableApplicationContext context) {
		return StartUpFailure.analysis(context.getStartupFailure(), this.started.getBeanFactory());
	}

	private static DataSource dataSource() {
		TestPostgres postgres = TestServers.postgres();
		return new DriverManagerDataSource(postgres.jdbcUrl(), String.valueOf(postgres.username()),
				String.valueOf(postgres.password()));
	}

	private static DataSource broken() {
		return new DriverManagerDataSource("jdbc:postgresql://localhost:1/nowhere");
	}

	static class Listens {

		@QueueListener("orders")
		void on(String text) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Two {

		@Bean
		DataSource first() {
			return dataSource();
		}

		@Bean
		DataSource second() {
			return dataSource();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Leading {

		@Bean
		@Primary
		DataSource leading() {
			return dataSource();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Sole {

		@Bean
		@QueueDataSource
		DataSource sole() {
			return dataSource();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Marked {

		@Bean(defaultCandidate = false)
		@QueueDataSource
		DataSource marked() {
			return dataSource();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Broken {

		@Bean
		DataSource business() {
			return broken();
		}

		@Bean
		DataSource reports() {
			return broken();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BrokenPrimary {

		@Bean
		@Primary
		DataSource business() {
			return broken();
		}

	}

}
