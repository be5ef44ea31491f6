package io.github.queuestarter.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import io.github.queuestarter.QueueListener;
import io.github.queuestarter.QueueSchemaException;
import io.github.queuestarter.core.QueueOperations;
import io.github.queuestarter.testing.TestServers;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tables come from Flyway, from the script that is shipped.
 */
class FlywayTests {

	private static final String SCRIPT = "io/github/queuestarter/postgres/schema.sql";

	private static final String OLD_SCRIPT = "io/github/queuestarter/postgres/schema-1.sql";

	@TempDir
	private Path migrations;

	private final ApplicationContextRunner application = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QueueAutoConfiguration.class, JacksonAutoConfiguration.class,
				DataSourceAutoConfiguration.class, FlywayAutoConfiguration.class))
		.withBean(JdbcConnectionDetails.class, () -> TestServers.postgres().newDatabase().connectionDetails())
		.withBean(Listens.class)
		.withPropertyValues("queue.postgres.initialize-schema=never");

	private ApplicationContextRunner withMigrations() {
		return this.application.withPropertyValues("spring.flyway.locations=filesystem:" + this.migrations);
	}

	private void migration(String name, String resource) throws IOException {
		Files.copy(new ClassPathResource(resource).getInputStream(), this.migrations.resolve(name));
	}

	@Test
	void scriptServesAsAMigrationAmongOthers() throws IOException {
		Files.writeString(this.migrations.resolve("V1__orders.sql"), "create table orders (id bigint primary key)");
		migration("V2__queue.sql", SCRIPT);
		Files.writeString(this.migrations.resolve("V3__invoices.sql"), "create table invoices (id bigint primary key)");
		withMigrations().run((context) -> {
			assertWorks(context);
			JdbcClient database = JdbcClient.create(context.getBean(DataSource.class));
			assertThat(database.sql("select schemaname from pg_tables where tablename in ('orders', 'invoices')")
				.query(String.class)
				.list()).containsExactly("public", "public");
		});
	}

	@Test
	void newScriptFollowsAsAnotherMigration() throws IOException {
		migration("V1__queue.sql", OLD_SCRIPT);
		migration("V2__queue_2.sql", SCRIPT);
		withMigrations().run(FlywayTests::assertWorks);
	}

	@Test
	void schemaOfAnotherNameIsSetByFlyway() throws IOException {
		migration("V1__queue.sql", SCRIPT);
		withMigrations()
			.withPropertyValues("queue.postgres.schema=my \"queue\" schema",
					"spring.flyway.init-sqls=set queue.schema = 'my \"queue\" schema'")
			.run((context) -> {
				assertWorks(context);
				assertThat(JdbcClient.create(context.getBean(DataSource.class))
					.sql("select nspname from pg_namespace where nspname like '%queue%'")
					.query(String.class)
					.list()).containsExactly("my \"queue\" schema");
			});
	}

	@Test
	void scriptOfTheJarServesAsARepeatableMigration() {
		withMigrations().withUserConfiguration(WithMigration.class).run(FlywayTests::assertWorks);
	}

	@Test
	void forgottenMigrationIsExplained() {
		withMigrations().run((context) -> assertThat(analysis(context)).satisfies((analysis) -> {
			assertThat(analysis.getDescription()).contains("Schema 'queue' lacks queue tables").contains(SCRIPT);
			assertThat(analysis.getAction())
				.contains("psql --single-transaction --command \"set queue.schema = 'queue'\" --file schema.sql");
		}));
	}

	@Test
	void forgottenUpgradeIsExplained() throws IOException {
		migration("V1__queue.sql", OLD_SCRIPT);
		withMigrations().run((context) -> assertThat(analysis(context)).satisfies((analysis) -> {
			assertThat(analysis.getDescription()).contains("has queue tables of version 1").contains(SCRIPT);
			assertThat(analysis.getAction()).contains("Flyway").contains("psql");
		}));
	}

	private static void assertWorks(AssertableApplicationContext context) throws InterruptedException {
		assertThat(context).hasNotFailed();
		String text = UUID.randomUUID().toString();
		context.getBean(QueueOperations.class).send("orders", text);
		assertThat(context.getBean(Listens.class).received.poll(20, TimeUnit.SECONDS)).isEqualTo(text);
	}

	private static FailureAnalysis analysis(AssertableApplicationContext context) {
		Throwable failure = context.getStartupFailure();
		assertThat(failure).hasRootCauseInstanceOf(QueueSchemaException.class);
		return Objects.requireNonNull(new SchemaFailureAnalyzer().analyze(failure));
	}

	static final class Listens {

		private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

		@QueueListener("orders")
		void on(String text) {
			this.received.add(text);
		}

	}

	/**
	 * As in docs/postgres.md.
	 */
	@Configuration(proxyBeanMethods = false)
	static class WithMigration {

		@Bean
		JavaMigration queueTables() {
			return new QueueTables();
		}

	}

	static final class QueueTables implements JavaMigration {

		private final String script = read();

		private static String read() {
			try {
				return new ClassPathResource(SCRIPT).getContentAsString(StandardCharsets.UTF_8);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		@Override
		public MigrationVersion getVersion() {
			// none: repeated whenever the checksum is another
			return null;
		}

		@Override
		public String getDescription() {
			return "queue tables";
		}

		@Override
		public Integer getChecksum() {
			return this.script.hashCode();
		}

		@Override
		public boolean canExecuteInTransaction() {
			return true;
		}

		@Override
		public void migrate(Context context) throws SQLException {
			try (Statement statement = context.getConnection().createStatement()) {
				statement.execute(this.script);
			}
		}

	}

}
