package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Settlement;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who had to stand in line for a claim claims first and reads after it, so that the next
 * one need not wait for the messages.
 */
class ContendedClaimTests {

	private final String schema = Databases.newSchema();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private HikariDataSource pool;

	private TestInstance app;

	private Connection connection;

	private Connection other;

	@BeforeEach
	void open() throws Exception {
		this.pool = Databases.pool();
		this.app = new TestInstance(this.pool, Databases.settings(this.schema));
		this.connection = connect();
		this.other = connect();
		this.other.setAutoCommit(false);
		execute(this.connection, "select create_group_v1('orders', 'billing', 'earliest', 'app')");
		// nobody leaves the line before the test wants it
		execute(this.connection, "do $$ begin"
				+ " execute replace(pg_get_functiondef('claim_v2'::regproc), '''20ms''', '''1min'''); end $$");
	}

	@AfterEach
	void close() throws Exception {
		this.threads.shutdownNow();
		this.other.close();
		this.connection.close();
		this.app.close();
		this.pool.close();
	}

	@Test
	void readsExactlyWhatItHasClaimedWhateverWasCommittedMeanwhile() throws Exception {
		try (Connection running = connect(); Connection later = connect()) {
			send(this.connection, 3);
			running.setAutoCommit(false);
			send(running, 2);
			send(this.connection, 3);
			Claim claim = claimInLine(10);
			assertThat(claim.outcome()).isEqualTo("unread");
			assertThat(claim.read()).isEmpty();
			running.commit();
			send(later, 1);
			List<Long> first = numbers("select unnest(ids) from queue_delivery");
			assertThat(first).hasSize(6);
			assertThat(read(claim, this.app.consumer())).isEqualTo(first);
			Claim rest = claim(this.connection, 10);
			assertThat(rest.outcome()).isEqualTo("messages");
			assertThat(rest.read()).hasSize(3).doesNotContainAnyElementsOf(first);
		}
	}

	/**
	 * The pages of the index end somewhere within the stretches on either side of a
	 * transaction that runs. Postgres 17 judges a page by its last row, and with two
	 * bounds from above may forget one.
	 */
	@Test
	void readsEachOnceHoweverItLiesInTheLog() throws Exception {
		for (int round = 0; round < 12; round++) {
			try (Connection running = connect()) {
				send(this.connection, 150);
				running.setAutoCommit(false);
				send(running, 1);
				send(this.connection, 100);
				Claim claim = claimInLine(160);
				assertThat(claim.outcome()).isEqualTo("unread");
				assertThat(read(claim, this.app.consumer())).hasSize(160)
					.isEqualTo(numbers("select unnest(ids) from queue_delivery where id = " + claim.delivery()));
				running.commit();
			}
			assertThat(claim(this.connection, 1000).read().size() + claim(this.connection, 1000).read().size())
				.isEqualTo(91);
		}
	}

	@Test
	void nobodyButItsConsumerReadsIt() throws Exception {
		send(this.connection, 3);
		Claim claim = claimInLine(10);
		assertThat(read(claim, "somebody else")).isEmpty();
		assertThat(read(claim, this.app.consumer())).hasSize(3);
		execute(this.connection, "delete from queue_delivery");
		assertThat(read(claim, this.app.consumer())).isEmpty();
	}

	@Test
	void messagesWhoseReadingFailsComeAgainUncounted() throws Exception {
		execute(this.connection,
				"create or replace function read_claimed_v1(q text, who text, which bigint, place text)"
						+ " returns setof queue_claimed_v1 language plpgsql as"
						+ " $$ begin raise exception 'by the test'; end $$");
		send(this.connection, 3);
		BlockingQueue<ClaimedMessage> received = new LinkedBlockingQueue<>();
		claim(this.other, 1);
		AckingSink sink = this.app.listen("orders", "billing", 10, new HashMap<>(), (message) -> {
			received.add(message);
			return new Settlement.Ack(message);
		});
		awaitSomebodyInLine();
		this.other.rollback();
		for (int i = 0; i < 3; i++) {
			ClaimedMessage message = received.poll(30, TimeUnit.SECONDS);
			assertThat(message).isNotNull();
			assertThat(message.failures()).isZero();
			assertThat(message.crashes()).isZero();
		}
		assertThat(sink.failedPolls()).isPositive();
	}

	@Test
	void severalWhoSendAndClaimAtTheSameTimeMissNothing() throws Exception {
		int senders = 2;
		int sent = 400;
		AtomicInteger claimed = new AtomicInteger();
		AtomicInteger unread = new AtomicInteger();
		List<Callable<List<Long>>> claimers = Collections.nCopies(3, () -> {
			List<Long> mine = new ArrayList<>();
			try (Connection own = connect()) {
				while (claimed.get() < senders * sent && !Thread.currentThread().isInterrupted()) {
					Claim claim = claim(own, 3);
					List<Long> ids = claim.read();
					if (claim.outcome().equals("unread")) {
						unread.incrementAndGet();
						ids = read(own, claim, this.app.consumer());
					}
					claimed.addAndGet(ids.size());
					mine.addAll(ids);
				}
			}
			return mine;
		});
		List<Future<List<Long>>> claims = new ArrayList<>();
		claimers.forEach((claimer) -> claims.add(this.threads.submit(claimer)));
		List<Future<?>> sends = new ArrayList<>();
		for (int i = 0; i < senders; i++) {
			int perTransaction = 1 + 3 * i;
			sends.add(this.threads.submit(() -> {
				try (Connection own = connect()) {
					for (int n = 0; n < sent; n += perTransaction) {
						send(own, perTransaction);
					}
				}
				return null;
			}));
		}
		for (Future<?> send : sends) {
			send.get(60, TimeUnit.SECONDS);
		}
		List<Long> all = new ArrayList<>();
		for (Future<List<Long>> claim : claims) {
			all.addAll(claim.get(60, TimeUnit.SECONDS));
		}
		assertThat(all).doesNotHaveDuplicates().hasSize(senders * sent);
		assertThat(unread).hasPositiveValue();
		assertThat(numbers("select unnest(ids) from queue_delivery")).containsExactlyInAnyOrderElementsOf(all);
	}

	private Claim claimInLine(int most) throws Exception {
		claim(this.other, 1);
		Future<Claim> inLine = this.threads.submit(() -> claim(this.connection, most));
		awaitSomebodyInLine();
		this.other.rollback();
		return inLine.get(30, TimeUnit.SECONDS);
	}

	private void awaitSomebodyInLine() throws SQLException {
		try (Connection observer = connect(); Statement statement = observer.createStatement()) {
			Awaitility.await().until(() -> {
				try (ResultSet rows = statement
					.executeQuery("select from pg_stat_activity where wait_event = 'advisory'" + " and query like '%"
							+ this.schema + "%claim_v2%'")) {
					return rows.next();
				}
			});
		}
	}

	private Claim claim(Connection by, int most) throws SQLException {
		List<Long> ids = new ArrayList<>();
		try (Statement statement = by.createStatement();
				ResultSet rows = statement.executeQuery("select * from \"" + this.schema
						+ "\".claim_v2('orders', 'billing', '" + this.app.consumer() + "', " + most + ", false)")) {
			while (rows.next()) {
				if (rows.getString("outcome") != null) {
					return new Claim(rows.getString("outcome"), ids, rows.getLong("delivery"),
							rows.getString("payload"));
				}
				ids.add(rows.getLong("id"));
			}
		}
		throw new AssertionError("no outcome");
	}

	private List<Long> read(Claim claim, String consumer) throws SQLException {
		return read(this.connection, claim, consumer);
	}

	private static List<Long> read(Connection by, Claim claim, String consumer) throws SQLException {
		return numbers(by, "select id from read_claimed_v1('orders', '" + consumer + "', " + claim.delivery() + ", '"
				+ claim.place() + "')");
	}

	private static void send(Connection by, int count) throws SQLException {
		execute(by, "insert into queue_message (queue, payload) select 'orders', 'x' from generate_series(1, " + count
				+ ")");
	}

	private Connection connect() throws SQLException {
		Connection connection = Databases.dedicated().getConnection();
		execute(connection, "set search_path = \"" + this.schema + "\"");
		return connection;
	}

	private static void execute(Connection by, String sql) throws SQLException {
		try (Statement statement = by.createStatement()) {
			statement.execute(sql);
		}
	}

	private List<Long> numbers(String sql) throws SQLException {
		return numbers(this.connection, sql);
	}

	private static List<Long> numbers(Connection by, String sql) throws SQLException {
		List<Long> numbers = new ArrayList<>();
		try (Statement statement = by.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
			while (rows.next()) {
				numbers.add(rows.getLong(1));
			}
		}
		return numbers;
	}

	/**
	 * What a claim answered.
	 */
	private record Claim(String outcome, List<Long> read, long delivery, String place) {
	}

}
