package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

import javax.sql.DataSource;

import io.github.queuestarter.Position;
import io.github.queuestarter.servers.PostgresServer;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Subscription;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * A reader that keeps its place to itself, on a server of its own.
 */
class ReadsTests {

	private static final int MOST_CRASHES = 20;

	private final String schema = Databases.newSchema();

	private final Subscription subscription = Subscription.ephemeral("orders", Position.latest(), "test");

	private PostgresServer server;

	private DataSource database;

	private Reads reads;

	private Reads.Cursor cursor;

	@BeforeEach
	void start() {
		// What is not committed with a message gets to the disk as late as possible
		this.server = PostgresServer.builder().fsync(true).config("wal_writer_delay", "10s").start();
		this.database = new DriverManagerDataSource(this.server.jdbcUrl(), this.server.username(),
				this.server.password());
		PostgresStore.Settings settings = Databases.settings(this.schema);
		new PostgresStore(this.database, this.database, settings, (event) -> {
		}).initialize();
		this.reads = new Reads(new Database(this.database, new Sql(this.schema), Duration.ofSeconds(20)));
		this.cursor = this.reads.start("orders", Position.latest());
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private List<String> read(int most) {
		Reads.Answer answer = this.reads.read(this.subscription, "me", this.cursor, most);
		this.cursor = Objects.requireNonNull(answer.next());
		return answer.messages().stream().map(ClaimedMessage::id).toList();
	}

	private List<String> readAll() {
		List<String> all = new ArrayList<>();
		for (List<String> some = read(7); !some.isEmpty(); some = read(7)) {
			all.addAll(some);
		}
		return all;
	}

	private String send(Connection connection) throws SQLException {
		return text(connection, "select \"" + this.schema + "\".queue_send('orders', '1')");
	}

	private List<String> send(int count) throws SQLException {
		List<String> sent = new ArrayList<>();
		try (Connection connection = this.database.getConnection()) {
			for (int i = 0; i < count; i++) {
				sent.add(send(connection));
			}
		}
		return sent;
	}

	private long nextTransaction() throws SQLException {
		try (Connection connection = this.database.getConnection()) {
			return Long.parseLong(text(connection, "select pg_snapshot_xmax(pg_current_snapshot())"));
		}
	}

	private static String text(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getString(1);
		}
	}

	/**
	 * Let the server forget transactions that the reader has seen pass.
	 * @return what was read before
	 */
	private List<String> readAndCrash(int most) throws SQLException {
		List<String> read = new ArrayList<>();
		for (int i = 0; i < MOST_CRASHES; i++) {
			Cluster.passTransactions(this.database, 150);
			read.addAll(read(most));
			long before = nextTransaction();
			this.server.kill();
			this.server.start();
			if (nextTransaction() < before) {
				return read;
			}
		}
		return fail("No crash has taken transactions back");
	}

	@Test
	void whatIsSentWithTransactionIdsThatACrashTookBackIsRead() throws Exception {
		assertThat(readAndCrash(10)).isEmpty();
		List<String> first = send(20);
		assertThat(readAll()).isEqualTo(first);
		assertThat(readAndCrash(10)).isEmpty();
		List<String> second = send(200);
		assertThat(readAll()).isEqualTo(second);
	}

	@Test
	void crashInTheMiddleOfABatchLosesAndRepeatsNothing() throws Exception {
		List<String> sent = send(20);
		try (Connection connection = this.database.getConnection()) {
			connection.setAutoCommit(false);
			for (int i = 0; i < 80; i++) {
				sent.add(send(connection));
			}
			connection.commit();
		}
		List<String> read = readAndCrash(4);
		try (Connection running = this.database.getConnection()) {
			running.setAutoCommit(false);
			String last = send(running);
			sent.addAll(send(200));
			read.addAll(readAll());
			assertThat(read).isEqualTo(sent);
			running.commit();
			assertThat(readAll()).containsExactly(last);
		}
	}

	@Test
	void serverThatWentBackBehindThePlaceMakesItVoid() {
		Reads.Cursor ahead = new Reads.Cursor(this.cursor.home(), "9000000:9000000:", "0", 0);
		assertThat(this.reads.read(this.subscription, "me", ahead, 10).next()).isNull();
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3 })
	void eachCommittedMessageIsReadOnceInWhateverOrderTransactionsEnd(long seed) throws Exception {
		Random random = new Random(seed);
		List<Connection> open = new ArrayList<>();
		List<List<String>> sentBy = new ArrayList<>();
		List<String> committed = new ArrayList<>();
		List<String> read = new ArrayList<>();
		for (int step = 0; step < 2_000; step++) {
			int which = random.nextInt(10);
			int one = open.isEmpty() ? 0 : random.nextInt(open.size());
			if (open.size() < 3 || (which == 0 && open.size() < 12)) {
				Connection connection = this.database.getConnection();
				connection.setAutoCommit(false);
				open.add(connection);
				sentBy.add(new ArrayList<>());
			}
			else if (which < 5) {
				sentBy.get(one).add(send(open.get(one)));
			}
			else if (which < 7) {
				try (Connection connection = open.remove(one)) {
					List<String> sent = sentBy.remove(one);
					if (random.nextInt(4) == 0) {
						connection.rollback();
					}
					else {
						connection.commit();
						committed.addAll(sent);
					}
				}
			}
			else if (which == 7) {
				committed.addAll(send(1));
			}
			else {
				read.addAll(read(1 + random.nextInt(4)));
			}
		}
		for (Connection connection : open) {
			connection.close();
		}
		read.addAll(readAll());
		assertThat(read).containsExactlyInAnyOrderElementsOf(committed);
		assertThat(this.cursor.seen()).matches("(\\d+):\\1:");
	}

	@Test
	void placeDoesNotGrowWithTheTransactionsThatPass() throws Exception {
		try (Connection holding = this.database.getConnection()) {
			holding.setAutoCommit(false);
			send(holding);
			for (int i = 0; i < 20; i++) {
				Cluster.passTransactions(this.database, 10);
				assertThat(read(10)).hasSize((i > 0) ? 1 : 0);
				send(1);
			}
			assertThat(this.cursor.seen()).matches("\\d+:\\d+:\\d+");
			holding.rollback();
		}
		assertThat(readAll()).hasSize(1);
		assertThat(this.cursor.seen()).matches("(\\d+):\\1:");
	}

}
