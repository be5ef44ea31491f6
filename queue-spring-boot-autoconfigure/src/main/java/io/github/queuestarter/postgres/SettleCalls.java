package io.github.queuestarter.postgres;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
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
		items.stream()
			.filter(SettleItem::comesAgain)
			.mapToLong(SettleItem::waitMillis)
			.min()
			.ifPresent((millis) -> this.wakeups.retryWithin(queue, millis));
		return stale;
	}

	/**
	 * Give back, uncounted.
	 */
	void release(String consumer, String queue, String group, List<Receipt> receipts) {
		settle(consumer, queue, group, receipts.stream().map(SettleItem::release).toList());
	}

	private List<Integer> settleBatch(String consumer, String queue, String group, List<SettleItem> items) {
		return this.database.query("settle " + items.size() + " messages of '" + queue + "'", "settle", (statement) -> {
			statement.setString(1, consumer);
			statement.setString(2, queue);
			statement.setString(3, group);
			SettleBatches batches = SettleBatches.of(items);
			ArrayParameters.longs(statement, 4, batches.deliveries());
			ArrayParameters.ints(statement, 5, batches.ends());
			ArrayParameters.longs(statement, 6, column(items, SettleItem::delivery));
			ArrayParameters.longs(statement, 7, column(items, SettleItem::message));
			ArrayParameters.longs(statement, 8, column(items, SettleItem::retry));
			ArrayParameters.ints(statement, 9, column(items, SettleItem::claim));
			if (items.stream().allMatch(SettleItem::isAck)) {
				bindNothing(statement, 10);
			}
			else {
				bindKinds(statement, items);
			}
		}, SettleCalls::positions);
	}

	private static void bindKinds(PreparedStatement statement, List<SettleItem> items) throws SQLException {
		ArrayParameters.texts(statement, 10, column(items, SettleItem::kind));
		ArrayParameters.longs(statement, 11, column(items, SettleItem::waitMillis));
		if (items.stream().noneMatch((item) -> item.kind().equals("b"))) {
			bindNothing(statement, 12);
			return;
		}
		ArrayParameters.texts(statement, 12,
				column(items, (item) -> text(item, (failure) -> failure.kind().name(), LONGEST_TEXT)));
		ArrayParameters.texts(statement, 13, column(items, (item) -> text(item, Failure::reason, LONGEST_TEXT)));
		ArrayParameters.texts(statement, 14,
				column(items, (item) -> text(item, Failure::exceptionClass, LONGEST_TEXT)));
		ArrayParameters.texts(statement, 15,
				column(items, (item) -> text(item, Failure::exceptionMessage, LONGEST_TEXT)));
		ArrayParameters.texts(statement, 16, column(items, (item) -> text(item, Failure::stackTrace, LONGEST_TRACE)));
	}

	private static void bindNothing(PreparedStatement statement, int from) throws SQLException {
		for (int index = from; index <= 16; index++) {
			statement.setNull(index, Types.ARRAY, (index == 11) ? "_int8" : "_text");
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
