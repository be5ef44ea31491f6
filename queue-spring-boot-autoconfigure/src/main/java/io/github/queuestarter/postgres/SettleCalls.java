package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.queuestarter.Failure;
import io.github.queuestarter.store.Receipt;
import org.jspecify.annotations.Nullable;

/**
 * Settles what a consumer holds in one group, everything of a batch in one statement.
 */
final class SettleCalls {

	private static final int LONGEST_TEXT = 4000;

	private static final int LONGEST_TRACE = 32_000;

	private final Database database;

	private final int most;

	private final Wakeups wakeups;

	SettleCalls(Database database, int most, Wakeups wakeups) {
		this.database = database;
		this.most = most;
		this.wakeups = wakeups;
	}

	/**
	 * Settle.
	 * @return positions, from 0, of what the consumer does not hold
	 */
	List<Integer> settle(String consumer, String queue, String group, List<SettleItem> items) {
		List<Integer> order = SettleItem.order(items);
		List<Integer> stale = new ArrayList<>();
		for (int start = 0; start < order.size(); start += this.most) {
			List<Integer> part = order.subList(start, Math.min(order.size(), start + this.most));
			settleBatch(consumer, queue, group, part.stream().map(items::get).toList())
				.forEach((position) -> stale.add(part.get(position - 1)));
		}
		comeAgain(queue, items);
		return stale;
	}

	/**
	 * Settle one message as the last statement of a transaction.
	 * @param silence how long the transaction may be idle from then on
	 * @return whether the consumer holds the message; if not, nothing was changed
	 */
	boolean settleLast(Connection connection, String consumer, String queue, String group, SettleItem item,
			Duration silence) throws SQLException {
		List<SettleItem> items = List.of(item);
		return this.database.query(connection, "settle-last", (statement) -> {
			statement.setString(1, String.valueOf(Math.max(1, Math.min(Integer.MAX_VALUE, Millis.of(silence)))));
			bind(statement, 2, consumer, queue, group, items);
		}, (rows) -> rows.next() && rows.getBoolean("held"));
	}

	/**
	 * To be called when a settlement is committed that was part of a transaction.
	 */
	void committed(String queue, SettleItem item) {
		comeAgain(queue, List.of(item));
	}

	private void comeAgain(String queue, List<SettleItem> items) {
		items.stream()
			.filter(SettleItem::comesAgain)
			.mapToLong(SettleItem::waitMillis)
			.min()
			.ifPresent((millis) -> this.wakeups.retryWithin(queue, millis));
	}

	/**
	 * Give back, uncounted.
	 */
	void release(String consumer, String queue, String group, List<Receipt> receipts) {
		settle(consumer, queue, group, receipts.stream().map(SettleItem::release).toList());
	}

	private List<Integer> settleBatch(String consumer, String queue, String group, List<SettleItem> items) {
		return this.database.query("settle " + items.size() + " messages of '" + queue + "'", "settle",
				(statement) -> bind(statement, 1, consumer, queue, group, items), SettleCalls::positions);
	}

	private static void bind(PreparedStatement statement, int first, String consumer, String queue, String group,
			List<SettleItem> items) throws SQLException {
		statement.setString(first, consumer);
		statement.setString(first + 1, queue);
		statement.setString(first + 2, group);
		SettleBatches batches = SettleBatches.of(items);
		ArrayParameters.longs(statement, first + 3, batches.deliveries());
		ArrayParameters.ints(statement, first + 4, batches.ends());
		ArrayParameters.longs(statement, first + 6, column(items, SettleItem::message));
		if (items.stream().allMatch(SettleItem::isOfLog)) {
			// the batches say it all, and each value costs the server as much as its
			// share
			// of the rest
			bindNulls(statement, first + 5, "_int8");
			bindNulls(statement, first + 7, "_int8", "_int4");
		}
		else {
			ArrayParameters.longs(statement, first + 5, column(items, SettleItem::delivery));
			ArrayParameters.longs(statement, first + 7, column(items, SettleItem::retry));
			ArrayParameters.ints(statement, first + 8, column(items, SettleItem::claim));
		}
		if (items.stream().allMatch(SettleItem::isAck)) {
			bindNulls(statement, first + 9, "_text", "_int8", "_text", "_text", "_text", "_text", "_text");
		}
		else {
			bindKinds(statement, first + 9, items);
		}
	}

	private static void bindKinds(PreparedStatement statement, int first, List<SettleItem> items) throws SQLException {
		ArrayParameters.texts(statement, first, column(items, SettleItem::kind));
		ArrayParameters.longs(statement, first + 1, column(items, SettleItem::waitMillis));
		if (items.stream().noneMatch((item) -> item.kind().equals("b"))) {
			bindNulls(statement, first + 2, "_text", "_text", "_text", "_text", "_text");
			return;
		}
		ArrayParameters.texts(statement, first + 2,
				column(items, (item) -> text(item, (failure) -> failure.kind().name(), LONGEST_TEXT)));
		ArrayParameters.texts(statement, first + 3, column(items, (item) -> text(item, Failure::reason, LONGEST_TEXT)));
		ArrayParameters.texts(statement, first + 4,
				column(items, (item) -> text(item, Failure::exceptionClass, LONGEST_TEXT)));
		ArrayParameters.texts(statement, first + 5,
				column(items, (item) -> text(item, Failure::exceptionMessage, LONGEST_TEXT)));
		ArrayParameters.texts(statement, first + 6,
				column(items, (item) -> text(item, Failure::stackTrace, LONGEST_TRACE)));
	}

	private static void bindNulls(PreparedStatement statement, int first, String... types) throws SQLException {
		for (int i = 0; i < types.length; i++) {
			statement.setNull(first + i, Types.ARRAY, types[i]);
		}
	}

	private static List<@Nullable Object> column(List<SettleItem> items, Column column) {
		List<@Nullable Object> values = new ArrayList<>(items.size());
		items.forEach((item) -> values.add(column.of(item)));
		return values;
	}

	private static @Nullable Object text(SettleItem item, Part part, int longest) {
		Failure failure = item.failure();
		return (failure != null) ? StorableText.sanitize(part.of(failure), longest) : null;
	}

	private static List<Integer> positions(ResultSet rows) throws SQLException {
		List<Integer> positions = new ArrayList<>();
		while (rows.next()) {
			positions.add(rows.getInt(1));
		}
		return positions;
	}

	/**
	 * A value per settlement.
	 */
	@FunctionalInterface
	private interface Column {

		@Nullable Object of(SettleItem item);

	}

	/**
	 * A part of a failure.
	 */
	@FunctionalInterface
	private interface Part {

		@Nullable String of(Failure failure);

	}

}
