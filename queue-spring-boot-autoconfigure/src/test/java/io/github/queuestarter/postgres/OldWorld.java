package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import io.github.queuestarter.Failure;
import io.github.queuestarter.Position;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Settlement;
import io.github.queuestarter.store.Subscription;

/**
 * A database in the midst of its work. Queue 'orders' has the groups 'billing', which has
 * finished some messages and is at others, and 'audit', which has never read. Queue
 * 'ungrouped' has no group.
 */
final class OldWorld implements AutoCloseable {

	private static final Failure FAILURE = Failure.of(Failure.Kind.EXCEPTION, "failed on purpose");

	/**
	 * What 'billing' has finished.
	 */
	private final Set<String> finished = new HashSet<>();

	/**
	 * What 'billing' has not finished.
	 */
	private final Set<String> unfinished = new HashSet<>();

	private final Set<String> ungrouped = new HashSet<>();

	private final String dead;

	private final DataSource dataSource;

	private final String schema;

	private final TestInstance app;

	/**
	 * A transaction that has sent and is still open.
	 */
	private final Connection open;

	OldWorld(DataSource dataSource, PostgresStore.Settings settings) throws SQLException {
		this.dataSource = dataSource;
		this.schema = settings.schema();
		this.app = new TestInstance(dataSource, dataSource, settings);
		makeGroup("billing");
		makeGroup("audit");
		try (Connection late = dataSource.getConnection()) {
			late.setAutoCommit(false);
			String sentLate = sendBySql(late);
			finish(send("orders", 10));
			this.open = dataSource.getConnection();
			this.open.setAutoCommit(false);
			sendBySql(this.open);
			this.unfinished.addAll(send("orders", 25));
			List<ClaimedMessage> held = claim(5);
			settle(new Settlement.Ack(held.get(0)));
			settle(new Settlement.Retry(held.get(1), Duration.ZERO, FAILURE));
			settle(new Settlement.Bury(held.get(2), FAILURE));
			this.unfinished.remove(held.get(0).id());
			this.finished.add(held.get(0).id());
			this.dead = held.get(2).id();
			this.unfinished.remove(this.dead);
			// The cursor has passed its transaction by now and is in the midst of a
			// window
			late.commit();
			late.setAutoCommit(true);
			this.unfinished.add(sentLate);
		}
		this.ungrouped.addAll(send("ungrouped", 7));
		this.app.sendLater("orders", Duration.ofDays(1));
	}

	Set<String> unfinished() {
		return this.unfinished;
	}

	/**
	 * All that was sent to 'orders' and committed.
	 */
	Set<String> orders() {
		Set<String> all = new HashSet<>(this.unfinished);
		all.addAll(this.finished);
		all.add(this.dead);
		return all;
	}

	Set<String> ungrouped() {
		return this.ungrouped;
	}

	private void makeGroup(String group) {
		new Groups(database(), (event) -> {
		}).make(subscription(group));
	}

	private void finish(List<String> ids) {
		List<ClaimedMessage> claimed = claim(100);
		this.app.store()
			.settlements()
			.settle(claimed.stream().map((message) -> (Settlement) new Settlement.Ack(message)).toList());
		this.finished.addAll(ids);
	}

	private List<String> send(String queue, int count) {
		return this.app.send(false, queue, IntStream.range(0, count).mapToObj(String::valueOf).toArray(String[]::new));
	}

	private String sendBySql(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet rows = statement
					.executeQuery("select \"" + this.schema + "\".queue_send('orders', '\"by SQL\"')")) {
			rows.next();
			return rows.getString(1);
		}
	}

	private List<ClaimedMessage> claim(int most) {
		return new Claims(database()).claim(subscription("billing"), this.app.consumer(), most).messages();
	}

	private void settle(Settlement settlement) {
		this.app.store().settlements().settle(List.of(settlement));
	}

	private Database database() {
		return new Database(this.dataSource, new Sql(this.schema), Duration.ofSeconds(30));
	}

	private static Subscription subscription(String group) {
		return new Subscription("orders", group, Position.earliest(), "test");
	}

	/**
	 * Forget about it, as after a disaster: nothing signs off.
	 */
	@Override
	public void close() throws SQLException {
		this.open.close();
		this.app.store().close();
	}

}
