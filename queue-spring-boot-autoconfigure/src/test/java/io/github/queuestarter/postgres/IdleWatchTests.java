package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.Position;
import io.github.queuestarter.postgres.PostgresStore.Initialize;
import io.github.queuestarter.postgres.PostgresStore.Settings;
import io.github.queuestarter.postgres.PostgresStore.UnjoinedTransaction;
import io.github.queuestarter.store.Subscription;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One statement looks for all idle listeners. A listener that it would forget claims for
 * itself when it compares what it holds, which is after hours here.
 */
class IdleWatchTests {

	private static final Duration POLL_INTERVAL = Duration.ofSeconds(2);

	@AutoClose
	private static final HikariDataSource pool = Databases.pool();

	private final String schema = Databases.newSchema();

	private final Map<String, AtomicInteger> received = new ConcurrentHashMap<>();

	@Test
	void messageFromSqlReachesAnIdleListenerAtTheNextLook() throws Exception {
		try (TestInstance app = new TestInstance(pool, settings())) {
			awaitIdle(app.listen("orders", "billing", 10, this.received));
			execute("select " + quoted("queue_send") + "('orders', '1')");
			Awaitility.await().atMost(Duration.ofSeconds(8)).until(() -> this.received.size() == 1);
		}
	}

	@Test
	void messageOfASlowTransactionReachesAnIdleListenerAtTheLookAfterItsCommit() throws Exception {
		try (TestInstance app = new TestInstance(pool, settings()); Connection slow = pool.getConnection()) {
			slow.setAutoCommit(false);
			execute(slow, "select " + quoted("queue_send") + "('orders', '1')");
			AckingSink sink = app.listen("orders", "billing", 10, this.received);
			app.send(false, "orders", "fast");
			Awaitility.await().until(() -> this.received.size() == 1);
			awaitIdle(sink);
			slow.commit();
			slow.setAutoCommit(true);
			Awaitility.await().atMost(Duration.ofSeconds(8)).until(() -> this.received.size() == 2);
		}
	}

	@Test
	void listenersThatBecomeIdleAtTheSameMomentAreLookedFor() throws Exception {
		PostgresStore store = new PostgresStore(pool, Databases.dedicated(), settings(), (event) -> {
		});
		store.initialize();
		AckingSink sink = new AckingSink("me", 0, store.settlements(), this.received);
		// a group that is not there is always worth a claim
		Subscription subscription = new Subscription("orders", "nobody", Position.earliest(), "test");
		IdleWatch watch = new IdleWatch(new Database(pool, new Sql(this.schema), Duration.ofSeconds(30)),
				Duration.ofMillis(5));
		ExecutorService listeners = Executors.newFixedThreadPool(2);
		try {
			for (int round = 0; round < 500; round++) {
				AtomicInteger awaited = new AtomicInteger(2);
				Callable<Boolean> listener = () -> {
					awaited.decrementAndGet();
					while (awaited.get() > 0) {
						Thread.onSpinWait();
					}
					return watch.await(subscription, sink, Duration.ofMinutes(1), new Pause());
				};
				for (Future<Boolean> woken : listeners.invokeAll(List.of(listener, listener))) {
					assertThat(woken.get()).as("woken in round %s", round).isTrue();
				}
				// until the watch has found that nobody is idle
				new Pause().await(Duration.ofMillis(12));
			}
		}
		finally {
			watch.close();
			listeners.shutdownNow();
			sink.close();
		}
	}

	@Test
	void listenersLookForThemselvesWhileNobodyCanLookForThem() throws Exception {
		try (TestInstance app = new TestInstance(pool, settings())) {
			awaitIdle(app.listen("orders", "billing", 10, this.received));
			execute("alter function " + quoted("news_v1") + " rename to news_away");
			execute("select " + quoted("queue_send") + "('orders', '1')");
			Awaitility.await().atMost(Duration.ofSeconds(8)).until(() -> this.received.size() == 1);
			execute("alter function " + quoted("news_away") + " rename to news_v1");
		}
	}

	@Test
	void listenersLookForThemselvesWhileALookHangs() throws Exception {
		try (TestInstance app = new TestInstance(pool, settings())) {
			AckingSink sink = app.listen("orders", "billing", 10, this.received);
			awaitIdle(sink);
			execute("create or replace function " + quoted("news_v1") + """
					(queues text[], groups text[]) returns setof int language sql as
					$$ select 1 from pg_sleep(120) $$""");
			Awaitility.await().until(() -> count("""
					select count(*) from pg_stat_activity where wait_event = 'PgSleep' and query like '%news_v1%'
					""") == 1);
			execute("select " + quoted("queue_send") + "('orders', '1')");
			// ten poll intervals, long before the look is given up
			Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> this.received.size() == 1);
			execute("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'");
		}
	}

	@Test
	void lostGroupOfAnIdleListenerIsMadeAgain() throws Exception {
		try (TestInstance app = new TestInstance(pool, settings())) {
			awaitIdle(app.listen("orders", "billing", 10, this.received));
			execute("delete from " + quoted("queue_cursor"));
			String id = app.send(false, "invoices", "of another queue").get(0);
			Awaitility.await()
				.atMost(Duration.ofSeconds(8))
				.until(() -> app.store().administration().groups("orders").contains("billing")
						&& count("select count(*) from " + quoted("queue_cursor")) == 1);
			assertThat(this.received).doesNotContainKey(id);
		}
	}

	/**
	 * Senders begin, write, commit and roll back in any order.
	 */
	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6 })
	void lookNeverSaysNoWhereAClaimWouldBringSomething(long seed) throws Exception {
		Random random = new Random(seed);
		new PostgresStore(pool, Databases.dedicated(), settings(), (event) -> {
		}).initialize();
		execute("insert into " + quoted("queue_consumer") + " (id) values ('me')",
				"select " + quoted("create_group_v1") + "('orders', 'billing', 'earliest', 'test')");
		List<Connection> senders = new ArrayList<>();
		int claimed = 0;
		for (int step = 0; step < 300; step++) {
			switch (random.nextInt(6)) {
				case 0, 1 -> begin(senders);
				case 2 -> write(senders, random);
				case 3 -> end(senders, random);
				default -> claimed += claimAfterLook(1 + random.nextInt(3));
			}
		}
		while (!senders.isEmpty()) {
			end(senders, random);
			claimed += claimAfterLook(2);
		}
		int last;
		do {
			last = claimAfterLook(50);
			claimed += last;
		}
		while (last > 0);
		assertThat(look()).as("after everything was claimed").isFalse();
		assertThat(claimed).isEqualTo(count("select count(*) from " + quoted("queue_message"))).isGreaterThan(20);
	}

	private void begin(List<Connection> senders) throws SQLException {
		if (senders.size() < 6) {
			Connection sender = pool.getConnection();
			sender.setAutoCommit(false);
			senders.add(sender);
			execute(sender, "select " + quoted("queue_send") + "('orders', '1')");
		}
	}

	private void write(List<Connection> senders, Random random) throws SQLException {
		if (!senders.isEmpty()) {
			execute(senders.get(random.nextInt(senders.size())), "select " + quoted("queue_send") + "('orders', '1')");
		}
	}

	private static void end(List<Connection> senders, Random random) throws SQLException {
		if (!senders.isEmpty()) {
			try (Connection sender = senders.remove(random.nextInt(senders.size()))) {
				if (random.nextInt(4) == 0) {
					sender.rollback();
				}
				else {
					sender.commit();
				}
				sender.setAutoCommit(true);
			}
		}
	}

	private int claimAfterLook(int most) throws SQLException {
		boolean wanted = look();
		int claimed = (int) count("select count(*) from " + quoted("claim_v2") + "('orders', 'billing', 'me', " + most
				+ ", false) where outcome is null");
		assertThat(wanted || claimed == 0).as("look before a claim of " + claimed).isTrue();
		return claimed;
	}

	private boolean look() throws SQLException {
		return count("select count(*) from " + quoted("news_v1") + "('{orders}', '{billing}')") == 1;
	}

	/**
	 * When there is a gap between polls that no listener of its own patience has.
	 */
	private static void awaitIdle(AckingSink sink) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.until(() -> sink.lastGap().compareTo(Duration.ofMillis(1400)) > 0);
	}

	private Settings settings() {
		Settings defaults = Settings.defaults();
		return new Settings(this.schema, Initialize.ALWAYS, POLL_INTERVAL, UnjoinedTransaction.AFTER_COMMIT,
				defaults.settleBatch(), Duration.ofHours(1), Duration.ofMinutes(2), defaults.heartbeatTimeout(),
				defaults.heartbeatExpiry(), false);
	}

	private String quoted(String name) {
		return "\"" + this.schema + "\"." + name;
	}

	private static long count(String sql) throws SQLException {
		try (Connection connection = pool.getConnection();
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getLong(1);
		}
	}

	private static void execute(String... statements) throws SQLException {
		try (Connection connection = pool.getConnection()) {
			execute(connection, statements);
		}
	}

	private static void execute(Connection connection, String... statements) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			for (String sql : statements) {
				statement.execute(sql);
			}
		}
	}

}
