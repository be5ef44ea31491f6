package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueSchemaException;
import io.github.queuestarter.postgres.PostgresStore.Initialize;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Roles that may do what they need and nothing else.
 */
class RoleTests {

	private Roles roles;

	@BeforeEach
	void makeRoles() throws SQLException {
		this.roles = new Roles();
	}

	@AfterEach
	void dropRoles() throws SQLException {
		this.roles.close();
	}

	@ParameterizedTest
	@EnumSource(Initialize.class)
	void roleWithoutDdlSendsAndReceives(Initialize mode) throws Exception {
		this.roles.install(Sql.script());
		this.roles.grant();
		Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
		try (TestInstance app = new TestInstance(this.roles.ofApplication(), this.roles.ofApplication(),
				Databases.settings(this.roles.schema(), mode))) {
			app.listen("orders", "billing", 10, received);
			String id = app.send(false, "orders", "text").get(0);
			Awaitility.await().until(() -> received.containsKey(id));
			app.store().consumers().rescue(Set.of("postgres"));
			assertThat(app.events()).noneMatch(QueueEvent.Warning.class::isInstance);
		}
	}

	@Test
	void grantsOutliveAnUpgrade() throws Exception {
		new OldRelease(1).install(this.roles::install);
		this.roles.grant();
		this.roles.install(Sql.script());
		Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
		try (TestInstance app = new TestInstance(this.roles.ofApplication(), this.roles.ofApplication(),
				Databases.settings(this.roles.schema(), Initialize.NEVER))) {
			app.listen("orders", "billing", 10, received);
			String id = first(this.roles.ofApplication(),
					"select %s.queue_send('orders', '1') from %1$s.queue_stats right join (values (1)) one on true");
			Awaitility.await().until(() -> received.containsKey(id));
		}
	}

	@ParameterizedTest
	@EnumSource(Initialize.class)
	void oldTablesOfSomebodyElseAreExplained(Initialize mode) throws Exception {
		new OldRelease(1).install(this.roles::install);
		this.roles.grant();
		assertThatExceptionOfType(QueueSchemaException.class).isThrownBy(() -> store(mode).initialize())
			.withMessageContaining("has queue tables of version 1; this release needs version " + SchemaVersion.NEEDED)
			.withMessageContaining(Sql.SCHEMA_SCRIPT)
			.satisfies(
					(ex) -> assertThat(ex.getMessage().contains("role may not")).isEqualTo(mode == Initialize.ALWAYS));
	}

	@ParameterizedTest
	@EnumSource(Initialize.class)
	void missingTablesInASchemaOfSomebodyElseAreExplained(Initialize mode) {
		assertThatExceptionOfType(QueueSchemaException.class).isThrownBy(() -> store(mode).initialize())
			.withMessageContaining(this.roles.schema());
	}

	@ParameterizedTest
	@EnumSource(Initialize.class)
	void missingGrantsAreExplained(Initialize mode) throws Exception {
		this.roles.install(Sql.script());
		assertThatExceptionOfType(QueueSchemaException.class).isThrownBy(() -> store(mode).initialize())
			.withMessageContaining("may not use")
			.withMessageContaining("permission denied for schema " + this.roles.schema())
			.satisfies((ex) -> assertThat(ex.schema()).isEqualTo(this.roles.schema()));
	}

	@Test
	void senderMaySendAndNothingElse() throws Exception {
		this.roles.install(Sql.script());
		this.roles.grant();
		this.roles.grantSending();
		Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
		try (TestInstance app = new TestInstance(this.roles.ofApplication(), this.roles.ofApplication(),
				Databases.settings(this.roles.schema()))) {
			app.listen("orders", "billing", 10, received);
			List<String> ids = new ArrayList<>();
			ids.add(first(this.roles.ofSender(), "select %s.queue_send('orders', '{\"id\":1}')"));
			ids.add(first(this.roles.ofSender(),
					"select %s.queue_send('orders', '2'::jsonb, delay => '1 ms', notify => true)"));
			Awaitility.await().until(() -> received.keySet().containsAll(ids));
		}
		for (String forbidden : List.of("select * from %s.queue_message", "select * from %s.queue_stats",
				"delete from %s.queue_scheduled", "select %s.queue_pause('orders', 'billing')")) {
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> first(this.roles.ofSender(), forbidden))
				.withMessageContaining("permission denied");
		}
	}

	private PostgresStore store(Initialize mode) {
		return new PostgresStore(this.roles.ofApplication(), this.roles.ofApplication(),
				Databases.settings(this.roles.schema(), mode), (event) -> {
				});
	}

	private String first(DataSource dataSource, String sql) throws SQLException {
		try (Connection connection = dataSource.getConnection();
				Statement statement = connection.createStatement();
				var rows = statement.executeQuery(sql.formatted('"' + this.roles.schema() + '"'))) {
			return rows.next() ? rows.getString(1) : "";
		}
	}

}
