package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.postgres.PostgresStore.Settings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A re-base that is cut short, or begun by many.
 */
class RebaseTests {

	private static Cluster young;

	private static Cluster old;

	private final Settings settings = Databases.settings(Databases.newSchema());

	private final String schema = this.settings.schema();

	@BeforeAll
	static void start() throws Exception {
		young = new Cluster();
		old = new Cluster();
		Cluster.passTransactions(old.newDatabase(), 20_000);
	}

	@AfterAll
	static void stop() {
		young.close();
		old.close();
	}

	@Test
	void whoDiesInTheMidstOfARebaseLosesNothing() throws Exception {
		HikariDataSource from = old.newDatabase();
		HikariDataSource to = young.newDatabase();
		try (OldWorld world = new OldWorld(from, this.settings)) {
			new LogicalCopy(this.schema, true).copy(from, to);
			// Every 25th row that is written ends its session. A sequence forgets nothing
			// in a rollback, so the next try comes further
			Cluster.execute(to, "create sequence written",
					"create function die() returns trigger language plpgsql as $$ begin"
							+ " if nextval('public.written') % 25 = 0 then"
							+ " perform pg_terminate_backend(pg_backend_pid()); end if; return new; end $$",
					"create trigger die before insert or update on \"" + this.schema + "\".queue_retry"
							+ " for each row execute function die()",
					"create trigger die before insert on \"" + this.schema + "\".queue_message"
							+ " for each row execute function die()");
			List<QueueEvent> events = new CopyOnWriteArrayList<>();
			int deaths = 0;
			while (events.isEmpty()) {
				try {
					new Rebase(database(to), events::add, 5).run();
				}
				catch (QueueStoreException ex) {
					deaths++;
					assertThat(deaths).isLessThan(20);
				}
			}
			assertThat(deaths).isGreaterThan(2);
			Cluster.execute(to, "drop function die() cascade");
			try (TestInstance app = new TestInstance(to, to, this.settings)) {
				assertThat(app.events()).isEmpty();
				new Received(world, app).assertOnce();
			}
		}
	}

	@Test
	void whoStartsAtOnceWithOthersRebasesWithThemAndOneTellsOfIt() throws Exception {
		int instances = 6;
		HikariDataSource from = old.newDatabase();
		HikariDataSource to = young.newDatabase();
		CyclicBarrier together = new CyclicBarrier(instances);
		ExecutorService executor = Executors.newFixedThreadPool(instances);
		try (OldWorld world = new OldWorld(from, this.settings)) {
			new LogicalCopy(this.schema, false).copy(from, to);
			List<QueueEvent> events = new CopyOnWriteArrayList<>();
			List<Future<?>> all = new ArrayList<>();
			for (int i = 0; i < instances; i++) {
				all.add(executor.submit(() -> {
					together.await();
					new Rebase(database(to), events::add, 5).run();
					return null;
				}));
			}
			for (Future<?> one : all) {
				one.get();
			}
			assertThat(events).singleElement().isInstanceOfSatisfying(QueueEvent.Rebased.class, (event) -> {
				// Two that were in flight; the rest of 'billing', and all of 'audit'
				assertThat(event.unfinished()).isEqualTo(world.unfinished().size() - 1 + world.orders().size());
				assertThat(event.finished()).isZero();
			});
			try (TestInstance app = new TestInstance(to, to, this.settings)) {
				assertThat(app.events()).isEmpty();
				new Received(world, app).assertOnce();
			}
		}
		finally {
			executor.shutdown();
		}
	}

	@Test
	void statementTimeoutOfTheRoleDoesNotStopARebase() throws Exception {
		HikariDataSource from = old.newDatabase();
		HikariDataSource to = young.newDatabase();
		try (OldWorld world = new OldWorld(from, this.settings)) {
			new LogicalCopy(this.schema, true).copy(from, to);
			Cluster.execute(to,
					"create function slow() returns trigger language plpgsql as $$ begin"
							+ " perform pg_sleep(0.1); return new; end $$",
					"create trigger slow before insert on \"" + this.schema + "\".queue_retry"
							+ " for each row execute function slow()");
			DriverManagerDataSource hurried = new DriverManagerDataSource(to.getJdbcUrl(),
					String.valueOf(to.getUsername()), String.valueOf(to.getPassword()));
			Properties properties = new Properties();
			properties.setProperty("options", "-c statement_timeout=150");
			hurried.setConnectionProperties(properties);
			List<QueueEvent> events = new CopyOnWriteArrayList<>();
			new Rebase(new Database(hurried, new Sql(this.schema), Duration.ofSeconds(30)), events::add, 5).run();
			assertThat(events).singleElement().isInstanceOf(QueueEvent.Rebased.class);
			Cluster.execute(to, "drop function slow() cascade");
			try (TestInstance app = new TestInstance(to, to, this.settings)) {
				new Received(world, app).assertOnce();
			}
		}
	}

	private Database database(HikariDataSource database) {
		return new Database(database, new Sql(this.schema), Duration.ofSeconds(30));
	}

}
