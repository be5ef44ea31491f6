package io.github.queuestarter.postgres;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;

import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Settlement;
import io.github.queuestarter.store.Settlements;

/**
 * Settles messages.
 */
final class PostgresSettlements implements Settlements {

	private final Database database;

	private final SettleCalls settleCalls;

	PostgresSettlements(Database database, SettleCalls settleCalls) {
		this.database = database;
		this.settleCalls = settleCalls;
	}

	@Override
	public List<ClaimedMessage> settle(List<Settlement> settlements) {
		ClaimedMessage first = settlements.get(0).message();
		if (first.receipt() instanceof ReadReceipt) {
			return List.of();
		}
		List<SettleItem> items = settlements.stream().map(SettleItem::of).toList();
		return this.settleCalls.settle(first.consumer(), first.queue(), first.group(), items)
			.stream()
			.map((position) -> settlements.get(position).message())
			.toList();
	}

	@Override
	public boolean runsAlone(ClaimedMessage message) {
		return this.database.query("mark message '" + message.id() + "' as running alone", "runs-alone",
				(statement) -> bind(statement, message), (rows) -> rows.next() && rows.getBoolean(1));
	}

	private static void bind(PreparedStatement statement, ClaimedMessage message) throws SQLException {
		SettleItem item = SettleItem.ack(message.receipt());
		statement.setString(1, message.consumer());
		statement.setObject(2, item.delivery(), Types.BIGINT);
		statement.setObject(3, item.message(), Types.BIGINT);
		statement.setObject(4, item.retry(), Types.BIGINT);
		statement.setObject(5, item.claim(), Types.INTEGER);
	}

}
