package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.Position;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.Rewound;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Housekeeping.Removal;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.RetentionSettings;
import io.github.queuestarter.store.Subscription;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Positions, rewinds and readers without a group, while transactions are open that have
 * sent, and in a log that was copied.
 */
class OpenTransactionPositionTests {

	private final Map<String, AtomicInteger> received = new ConcurrentHashMap<>();

	private final String schema = Databases.newSchema();

	private HikariDataSource pool;

	private TestInstance app;

	@BeforeEach
	void open() {
		this.pool = Databases.pool();
		this.app = new TestInstance(this.pool, Databases.settings(this.schema));
	}

	@AfterEach
	void close() throws Exception {
		this.app.close();
		this.pool.close();
	}

	private int times(String id) {
		AtomicInteger times = this.received.get(id);
		return (times != null) ? times.get() : 0;
	}

	private void awaitTimes(String id, int times) {
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> times(id) >= times);
	}

	private Rewound rewind(Position position) {
		return this.app.store().administration().rewind("orders", "billing", position);
	}

	private Connection begin() throws SQLException {
		Connection connection = this.pool.getConnection();
		connection.setAutoCommit(false);
		return connection;
	}

	private String send(Connection connection) throws SQLException {
		return text(connection, "select \"" + this.schema + "\".queue_send('orders', '1')");
	}

	private static String text(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getString(1);
		}
	}

	private static void end(Connection connection) throws SQLException {
		connection.commit();
		connection.setAutoCommit(true);
		connection.close();
	}

	@Test
	void whatWasOpenDuringARewindComesWhenItIsCommittedAndNothingComesTwice() throws Exception {
		this.app.listen("orders", "billing", 10, this.received);
		Connection before = begin();
		String early = send(before);
		String first = this.app.send(false, "orders", "first").get(0);
		Connection between = begin();
		String middle = send(between);
		String second = this.app.send(false, "orders", "second").get(0);
		awaitTimes(first, 1);
		awaitTimes(second, 1);
		assertThat(rewind(Position.of(second)).firstId()).isEqualTo(second);
		awaitTimes(second, 2);
		end(before);
		end(between);
		awaitTimes(early, 1);
		awaitTimes(middle, 1);
		String last = this.app.send(false, "orders", "last").get(0);
		awaitTimes(last, 1);
		assertThat(List.of(times(early), times(first), times(middle), times(second))).containsExactly(1, 1, 1, 2);
		assertThat(rewind(Position.of(early)).firstId()).isEqualTo(early);
		for (String id : List.of(early, first, middle, last)) {
			awaitTimes(id, 2);
		}
		awaitTimes(second, 3);
		Awaitility.await()
			.until(() -> this.app.store().administration().stats(Set.of("orders")).get(0).pending().value() == 0);
		assertThat(List.of(times(early), times(first), times(middle), times(second), times(last))).containsExactly(2, 2,
				2, 3, 2);
	}

	@Test
	void newGroupAndReaderGetWhatWasOpenWhenTheyStarted() throws Exception {
		Connection open = begin();
		String slow = send(open);
		List<String> ids = this.app.send(false, "orders", "1", "2");
		Map<String, AtomicInteger> own = new ConcurrentHashMap<>();
		AckingSink sink = new AckingSink("nobody", 10, this.app.store().settlements(), own);
		MessageSource reader = this.app.store()
			.reader()
			.open(Subscription.ephemeral("orders", Position.of(ids.get(1)), "test"), sink);
		reader.start();
		Awaitility.await().until(() -> own.containsKey(ids.get(1)));
		AckingSink ofGroup = new AckingSink(this.app.consumer(), 10, this.app.store().settlements(), this.received);
		MessageSource group = this.app.store()
			.reader()
			.open(new Subscription("orders", "billing", Position.of(ids.get(1)), "test"), ofGroup);
		group.start();
		awaitTimes(ids.get(1), 1);
		end(open);
		awaitTimes(slow, 1);
		Awaitility.await().until(() -> own.containsKey(slow));
		String last = this.app.send(false, "orders", "last").get(0);
		awaitTimes(last, 1);
		Awaitility.await().until(() -> own.containsKey(last));
		assertThat(this.received.keySet()).containsExactlyInAnyOrder(ids.get(1), slow, last);
		assertThat(own.keySet()).containsExactlyInAnyOrder(ids.get(1), slow, last);
		assertThat(own.values()).allMatch((times) -> times.get() == 1);
		group.stop();
		reader.stop();
		sink.close();
		ofGroup.close();
	}

	@Test
	void retentionKeepsWhatWasOpenDuringARewindForAGroupThatIsNotRead() throws Exception {
		this.app.listen("orders", "billing", 10, this.received);
		Connection open = begin();
		String slow = send(open);
		List<String> ids = this.app.send(false, "orders", "1", "2");
		ids.forEach((id) -> awaitTimes(id, 1));
		this.app.store().administration().pause("orders", "billing", true);
		rewind(Position.of(ids.get(1)));
		end(open);
		Awaitility.await()
			.until(() -> this.app.store()
				.housekeeping()
				.removeFinished("orders", RetentionSettings.defaults())
				.finished() == 1);
		for (int i = 0; i < 3; i++) {
			assertThat(this.app.store().housekeeping().removeFinished("orders", RetentionSettings.defaults()))
				.isEqualTo(Removal.NONE);
		}
		this.app.store().administration().pause("orders", "billing", false);
		awaitTimes(slow, 1);
		awaitTimes(ids.get(1), 2);
	}

	@Test
	void rewindIntoTheMiddleOfATransactionStartsThere() throws Exception {
		this.app.listen("orders", "billing", 10, this.received);
		Connection one = begin();
		List<String> ids = List.of(send(one), send(one), send(one), send(one));
		end(one);
		ids.forEach((id) -> awaitTimes(id, 1));
		rewind(Position.of(ids.get(2)));
		awaitTimes(ids.get(2), 2);
		awaitTimes(ids.get(3), 2);
		String last = this.app.send(false, "orders", "last").get(0);
		awaitTimes(last, 1);
		assertThat(List.of(times(ids.get(0)), times(ids.get(1)))).containsExactly(1, 1);
	}

	@Test
	void rewindInsideATransactionOfTheCallerStandsForItself() throws Exception {
		this.app.listen("orders", "billing", 10, this.received);
		String id = this.app.send(false, "orders", "1").get(0);
		awaitTimes(id, 1);
		Connection callers = begin();
		send(callers);
		rewind(Position.earliest());
		awaitTimes(id, 2);
		callers.rollback();
		callers.setAutoCommit(true);
		callers.close();
	}

	@Test
	void readerThatIsGoneHoldsUpNothing() throws Exception {
		AckingSink sink = new AckingSink("nobody", 10, this.app.store().settlements(), this.received);
		MessageSource reader = this.app.store()
			.reader()
			.open(Subscription.ephemeral("orders", Position.latest(), "test"), sink);
		reader.start();
		Awaitility.await().until(() -> sink.polls() > 0);
		String id = this.app.send(false, "orders", "1").get(0);
		awaitTimes(id, 1);
		reader.stop();
		sink.close();
		RetentionSettings unclaimed = new RetentionSettings(Duration.ZERO, null, null, false, Duration.ofMillis(1));
		assertThat(this.app.store().housekeeping().removeFinished("orders", unclaimed)).isEqualTo(Removal.NONE);
		execute("update \"" + this.schema + "\".queue_reader set active_at = clock_timestamp() - interval '4 minutes'");
		Awaitility.await()
			.until(() -> this.app.store().housekeeping().removeFinished("orders", unclaimed).unclaimed() == 1);
	}

	@Test
	void oldMessagesCountAsFinishedWhereOnlyReadersAre() throws Exception {
		execute("insert into \"" + this.schema + "\".queue_reader (queue) values ('orders')");
		this.app.send(false, "orders", "old", "new");
		execute("update \"" + this.schema + "\".queue_message set sent_at = sent_at - interval '61 seconds'"
				+ " where payload = 'old'");
		Removal removal = Removal.NONE;
		for (int i = 0; i < 3; i++) {
			removal = removal
				.plus(this.app.store().housekeeping().removeFinished("orders", RetentionSettings.defaults()));
		}
		assertThat(removal).isEqualTo(new Removal(1, 0, 0));
	}

	@Test
	void readerThatIsFarBehindSaysSoOnce() throws Exception {
		AckingSink sink = new AckingSink("nobody", 1, this.app.store().settlements(), this.received);
		MessageSource reader = this.app.store()
			.reader()
			.open(Subscription.ephemeral("orders", Position.latest(), "test"), sink);
		reader.start();
		Awaitility.await().until(() -> sink.polls() > 0);
		execute("insert into \"" + this.schema + "\".queue_message (queue, payload, sent_at) values ('orders', '1',"
				+ " clock_timestamp() - interval '70 seconds'), ('orders', '2', clock_timestamp() - interval '69 seconds')");
		Awaitility.await().until(() -> this.received.size() == 2);
		awaitTimes(this.app.send(false, "orders", "3").get(0), 1);
		assertThat(this.app.events(QueueEvent.Warning.class)).singleElement()
			.satisfies((warning) -> assertThat(warning.text()).contains("behind", "keep-done"));
		reader.stop();
		sink.close();
	}

	@Test
	void readerOfTablesThatWereRebasedGoesOnWithWhatIsSentFromThenOn() throws Exception {
		AckingSink sink = new AckingSink("nobody", 10, this.app.store().settlements(), this.received);
		MessageSource reader = this.app.store()
			.reader()
			.open(Subscription.ephemeral("orders", Position.latest(), "test"), sink);
		reader.start();
		Awaitility.await().until(() -> sink.polls() > 0);
		awaitTimes(this.app.send(false, "orders", "1").get(0), 1);
		// as a dump and a restore leave it: written by another transaction than the one
		// it names
		execute("update \"" + this.schema + "\".queue_home set copied = copied");
		Awaitility.await()
			.until(() -> this.app.events(QueueEvent.Warning.class)
				.stream()
				.anyMatch((warning) -> warning.text().contains("copied from another database")));
		awaitTimes(this.app.send(false, "orders", "2").get(0), 1);
		assertThat(this.app.events(QueueEvent.Rebased.class)).hasSize(1);
		reader.stop();
		sink.close();
	}

	private void execute(String sql) throws SQLException {
		try (Connection connection = this.pool.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	@Test
	void aReaderThatStartsDoesNotWaitForOneOfAnotherQueueThatStartsAtTheSameTime() throws Exception {
		String readers = "\"" + this.schema + "\".queue_reader";
		Connection other = begin();
		try (Connection connection = this.pool.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute("insert into " + readers + " (queue, active_at) select q, clock_timestamp()"
					+ " - interval '2 hours' from unnest(array['orders', 'prices', 'gone']) q");
			try (Statement marking = other.createStatement()) {
				marking.execute("update " + readers + " set active_at = clock_timestamp() where queue = 'prices'");
			}
			statement.execute("set lock_timeout = '3s'");
			text(connection, "select \"" + this.schema + "\".mark_reader_v1('orders')");
			statement.execute("reset lock_timeout");
			end(other);
			assertThat(text(connection, "select string_agg(queue, ',' order by queue) from " + readers))
				.isEqualTo("orders,prices");
		}
	}

	@Test
	void readerMissesNothingWhereATransactionEndsThatHasSentNothing() throws Exception {
		Reads reads = new Reads(new Database(this.pool, new Sql(this.schema), Duration.ofSeconds(30)));
		Subscription subscription = Subscription.ephemeral("orders", Position.latest(), "test");
		Reads.Cursor start = reads.start("orders", Position.latest());
		Connection other = begin();
		text(other, "select pg_current_xact_id()");
		// only with a later one that has ended is it among those that run
		execute("select pg_current_xact_id()");
		Reads.Answer nothing = reads.read(subscription, "reader", start, 10);
		assertThat(nothing.messages()).isEmpty();
		end(other);
		String id = this.app.send(false, "orders", "1").get(0);
		Reads.Answer answer = reads.read(subscription, "reader", Objects.requireNonNull(nothing.next()), 10);
		assertThat(answer.messages()).extracting(ClaimedMessage::id).containsExactly(id);
	}

}
