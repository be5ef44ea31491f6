package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.GroupStats;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.postgres.PostgresStore.Initialize;
import io.github.queuestarter.postgres.PostgresStore.Settings;
import io.github.queuestarter.store.RetentionSettings;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.jdbc.datasource.AbstractDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tables that were copied into another database lose nothing.
 */
class RestoreTests {

	private static Cluster young;

	private static Cluster old;

	private final Settings settings = Databases.settings(Databases.newSchema());

	private final String schema = this.settings.schema();

	@BeforeAll
	static void start() throws SQLException {
		young = new Cluster();
		old = new Cluster();
		Cluster.passTransactions(old.newDatabase(), 20_000);
	}

	@AfterAll
	static void stop() {
		young.close();
		old.close();
	}

	@ParameterizedTest
	@CsvSource({ "true,true", "true,false", "false,true", "false,false" })
	void nothingIsLostByADumpAndARestoreIntoAnotherCluster(boolean intoTheYounger, boolean withSequences)
			throws Exception {
		HikariDataSource from = (intoTheYounger ? old : young).newDatabase();
		HikariDataSource to = (intoTheYounger ? young : old).newDatabase();
		try (OldWorld world = new OldWorld(from, this.settings)) {
			new LogicalCopy(this.schema, withSequences).copy(from, to);
			String early = sendBySql(to);
			try (TestInstance app = new TestInstance(to, to, this.settings)) {
				assertThat(rebased(app)).hasSize(1);
				Received received = new Received(world, app).expecting(early);
				received.expecting(app.send(false, "orders", "after").get(0)).assertOnce();
				// This cluster comes to the ids of the other one
				Cluster.passTransactions(to, 25_000);
				received.expecting(app.send(false, "orders", "last").get(0)).assertOnce();
				app.store().housekeeping().removeFinished("orders", RetentionSettings.defaults());
				app.store().housekeeping().removeFinished("ungrouped", RetentionSettings.defaults());
				assertThat(Cluster.text(to, "select count(*) from " + quoted("queue_message"))).isEqualTo("0");
				assertThat(stats(app, "billing").deadLetters().value()).isEqualTo(1);
				assertThat(stats(app, "billing").scheduled().value()).isEqualTo(1);
				try (TestInstance next = new TestInstance(to, to, this.settings)) {
					assertThat(rebased(next)).isEmpty();
				}
				assertThat(app.events()).hasSize(2)
					.containsAll(rebased(app))
					.anyMatch((event) -> event instanceof QueueEvent.Warning warning
							&& warning.text().contains("the heartbeat takes its connection from it"));
			}
		}
	}

	@Test
	void messageSentBeforeTheFirstStartIsNotTakenForFinishedWhereTheClockIsBehind() throws Exception {
		HikariDataSource from = old.newDatabase();
		HikariDataSource to = young.newDatabase();
		try (OldWorld world = new OldWorld(from, this.settings)) {
			Cluster.execute(from,
					"update " + quoted("queue_cursor") + " set moved_at = moved_at + interval '10 minutes'");
			new LogicalCopy(this.schema, true).copy(from, to);
			String early = sendBySql(to);
			try (TestInstance app = new TestInstance(to, to, this.settings)) {
				new Received(world, app).expecting(early).assertOnce();
			}
		}
	}

	@Test
	void applicationGoesOnWhenItsDatabaseIsReplacedByARestoredOne() throws Exception {
		HikariDataSource from = old.newDatabase();
		HikariDataSource to = young.newDatabase();
		SwitchingDataSource current = new SwitchingDataSource(from);
		try (OldWorld world = new OldWorld(from, this.settings);
				TestInstance app = new TestInstance(current, current, this.settings)) {
			new LogicalCopy(this.schema, true).copy(from, to);
			Received received = new Received(world, app);
			current.switchTo(to);
			String sent = app.send(false, "orders", "after").get(0);
			Awaitility.await().untilAsserted(() -> assertThat(rebased(app)).hasSize(1));
			// What the heartbeat does when it finds the registration gone
			app.store().consumers().register("postgres", app.consumer());
			received.expecting(sent).awaitAll();
			assertThat(rebased(app)).hasSize(1);
		}
	}

	@Test
	void nothingIsLostByASwitchToALogicalSubscriber() throws Exception {
		try (Cluster publisher = new Cluster("wal_level", "logical")) {
			Cluster.passTransactions(publisher.newDatabase(), 20_000);
			HikariDataSource from = publisher.newDatabase();
			HikariDataSource to = young.newDatabase();
			OldWorld world = new OldWorld(from, this.settings);
			// A slot is made when all transactions have ended that were open
			world.close();
			new LogicalCopy(this.schema, false).makeTables(to);
			Cluster.execute(from, "create publication everything for all tables",
					"select pg_create_logical_replication_slot('subscriber', 'pgoutput')");
			Cluster.execute(to, "create subscription subscriber connection '" + publisher.connection(from)
					+ "' publication everything with (create_slot = false)");
			String last = sendBySql(from);
			awaitNone(to, "pg_subscription_rel where srsubstate <> 'r'");
			awaitNone(to, "(values ('" + last + "'::uuid)) v (id) where id not in (select message_id from "
					+ quoted("queue_message") + ")");
			Cluster.execute(to, "alter subscription subscriber disable",
					"alter subscription subscriber set (slot_name = none)", "drop subscription subscriber");
			try (TestInstance app = new TestInstance(to, to, this.settings)) {
				assertThat(rebased(app)).hasSize(1);
				new Received(world, app).expecting(last).assertOnce();
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "vacuum (freeze)", "vacuum (full, freeze)" })
	void tablesThatWereVacuumedAreNotTakenForACopy(String vacuum) throws Exception {
		HikariDataSource database = young.newDatabase();
		// What is younger than the oldest open transaction is not frozen
		new OldWorld(database, this.settings).close();
		Cluster.execute(database, vacuum + " " + quoted("queue_home"));
		try (TestInstance app = new TestInstance(database, database, this.settings)) {
			assertThat(rebased(app)).isEmpty();
		}
	}

	@Test
	void retentionGoesOnWhereTheTablesArePublished() throws Exception {
		HikariDataSource database = young.newDatabase();
		try (OldWorld world = new OldWorld(database, this.settings);
				TestInstance app = new TestInstance(database, database, this.settings)) {
			assertThat(world.unfinished()).isNotEmpty();
			Cluster.execute(database, "create publication everything for all tables",
					"delete from " + quoted("queue_group") + " where name = 'audit'");
			assertThat(app.store().housekeeping().removeFinished("orders", RetentionSettings.defaults()).finished())
				.isPositive();
		}
	}

	@Test
	void nothingIsClaimedOrRemovedBeforeTheRebase() throws Exception {
		HikariDataSource from = old.newDatabase();
		HikariDataSource to = young.newDatabase();
		try (OldWorld world = new OldWorld(from, this.settings)) {
			assertThat(world.unfinished()).isNotEmpty();
			new LogicalCopy(this.schema, true).copy(from, to);
			for (String call : List.of(
					"remove_finished_v2('orders', '0', null, null, null, false, '7 d', '0', 0, 1000)",
					"news_v1('{orders}', '{billing}')", "create_group_v1('ungrouped', 'late', 'earliest', 'test')",
					"claim_v2('orders', 'billing', (select min(id) from " + quoted("queue_consumer")
							+ "), 1, false)")) {
				assertThatExceptionOfType(SQLException.class)
					.isThrownBy(() -> Cluster.text(to, "select " + quoted(call)))
					.satisfies((ex) -> assertThat(SqlFailures.isNotAtHome(ex)).isTrue());
			}
		}
	}

	@Test
	void copyWithinTheClusterDeliversWhatTheOriginalHadNotFinished() throws Exception {
		HikariDataSource from = young.newDatabase();
		OldWorld world = new OldWorld(from, this.settings);
		world.close();
		HikariDataSource to = young.fileCopyOf(from);
		try (TestInstance app = new TestInstance(to, to, this.settings)) {
			assertThat(rebased(app)).hasSize(1);
			new Received(world, app).assertOnce();
		}
	}

	@Test
	void transactionIdsThatTheClusterHasNotComeToAreNoticed() throws Exception {
		HikariDataSource database = young.newDatabase();
		try (OldWorld world = new OldWorld(database, this.settings)) {
			Cluster.execute(database, "update " + quoted("queue_message")
					+ " set xid = ((xid::text)::bigint + 100000000)::text::xid8 where queue = 'ungrouped'");
			try (TestInstance app = new TestInstance(database, database, this.settings)) {
				assertThat(rebased(app)).hasSize(1);
				new Received(world, app).assertOnce();
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void applicationRoleWithoutAnyOtherRightMayRebase(boolean mayReadTheIdentifier) throws Exception {
		HikariDataSource from = old.newDatabase();
		HikariDataSource to = young.newDatabase();
		String role = "app_" + mayReadTheIdentifier;
		try (OldWorld world = new OldWorld(from, this.settings)) {
			new LogicalCopy(this.schema, false).copy(from, to);
			if (!mayReadTheIdentifier) {
				Cluster.execute(to, "revoke execute on function pg_control_system() from public");
			}
			Cluster.execute(to, "create role " + role + " login",
					"grant usage on schema \"" + this.schema + "\" to " + role,
					"grant select, insert, update, delete on all tables in schema \"" + this.schema + "\" to " + role);
			HikariDataSource limited = young.pool(to.getJdbcUrl(), role);
			Settings never = new Settings(this.schema, Initialize.NEVER, this.settings.pollInterval(),
					this.settings.unjoinedTransaction(), 1000, this.settings.reconcileInterval(),
					this.settings.networkTimeout(), this.settings.heartbeatTimeout(), this.settings.heartbeatExpiry(),
					this.settings.notifies());
			try (TestInstance app = new TestInstance(limited, limited, never)) {
				assertThat(rebased(app)).hasSize(1);
				new Received(world, app).assertOnce();
				assertThat(Cluster.text(to, "select system_identifier is not null from " + quoted("queue_meta")))
					.isEqualTo(mayReadTheIdentifier ? "t" : "f");
			}
		}
	}

	@Test
	void largeMessagesAreRebasedAFewAtATime() throws Exception {
		HikariDataSource from = old.newDatabase();
		HikariDataSource to = young.newDatabase();
		try (OldWorld world = new OldWorld(from, this.settings)) {
			for (int i = 0; i < 5; i++) {
				world.unfinished()
					.add(Cluster.text(from,
							"select " + quoted("queue_send") + "('orders', '\"' || repeat('x', 6000000) || '\"')"));
			}
			new LogicalCopy(this.schema, true).copy(from, to);
			try (TestInstance app = new TestInstance(to, to, this.settings)) {
				new Received(world, app).assertOnce();
			}
		}
	}

	private static void awaitNone(HikariDataSource database, String what) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.until(() -> Cluster.text(database, "select count(*) from " + what).equals("0"));
	}

	private String sendBySql(HikariDataSource database) throws SQLException {
		return Cluster.text(database, "select " + quoted("queue_send") + "('orders', '\"before the first start\"')");
	}

	private static GroupStats stats(TestInstance app, String group) {
		return app.store()
			.administration()
			.stats(Set.of("orders"))
			.stream()
			.filter((stats) -> stats.group().equals(group))
			.findFirst()
			.orElseThrow();
	}

	private static List<QueueEvent> rebased(TestInstance app) {
		return app.events().stream().filter((event) -> event instanceof QueueEvent.Rebased).toList();
	}

	private String quoted(String name) {
		return "\"" + this.schema + "\"." + name;
	}

	/**
	 * As a name that points to another server from one moment to the next.
	 */
	private static final class SwitchingDataSource extends AbstractDataSource {

		private volatile HikariDataSource target;

		SwitchingDataSource(HikariDataSource target) {
			this.target = target;
		}

		void switchTo(HikariDataSource target) {
			this.target = target;
		}

		@Override
		public Connection getConnection() throws SQLException {
			return this.target.getConnection();
		}

		@Override
		public Connection getConnection(String username, String password) throws SQLException {
			return getConnection();
		}

	}

}
