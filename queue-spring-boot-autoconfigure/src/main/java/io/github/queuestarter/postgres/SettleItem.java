package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import io.github.queuestarter.Failure;
import io.github.queuestarter.store.Receipt;
import io.github.queuestarter.store.Settlement;
import org.jspecify.annotations.Nullable;

/**
 * One settlement as {@code settle_v1} takes it.
 *
 * @param receipt what is settled
 * @param kind a, r, l or b
 * @param waitMillis how long it waits afterwards
 * @param failure why, for r and b
 */
record SettleItem(Receipt receipt, String kind, long waitMillis, @Nullable Failure failure) {

	static final String ACK = "a";

	static SettleItem of(Settlement settlement) {
		Receipt receipt = settlement.message().receipt();
		if (settlement instanceof Settlement.Retry retry) {
			return new SettleItem(receipt, "r", Millis.of(retry.after()), retry.failure());
		}
		if (settlement instanceof Settlement.Release release) {
			return new SettleItem(receipt, "l", Millis.of(release.after()), null);
		}
		if (settlement instanceof Settlement.Bury bury) {
			return new SettleItem(receipt, "b", 0, bury.failure());
		}
		return ack(receipt);
	}

	static SettleItem ack(Receipt receipt) {
		return new SettleItem(receipt, ACK, 0, null);
	}

	static SettleItem release(Receipt receipt) {
		return new SettleItem(receipt, "l", Millis.of(Duration.ZERO), null);
	}

	/**
	 * The order in which {@code settle_v1} takes items: by delivery, then by id.
	 * @return positions in the list
	 */
	static List<Integer> order(List<SettleItem> items) {
		long[] deliveries = items.stream().mapToLong((item) -> orLast(item.delivery())).toArray();
		long[] messages = items.stream().mapToLong((item) -> orLast(item.message())).toArray();
		return IntStream.range(0, items.size())
			.boxed()
			.sorted((one, other) -> (deliveries[one] != deliveries[other])
					? Long.compare(deliveries[one], deliveries[other]) : Long.compare(messages[one], messages[other]))
			.toList();
	}

	private static long orLast(@Nullable Long value) {
		return (value != null) ? value : Long.MAX_VALUE;
	}

	boolean comesAgain() {
		return this.kind.equals("r") || this.kind.equals("l");
	}

	boolean isAck() {
		return this.kind.equals(ACK);
	}

	boolean isOfLog() {
		return this.receipt instanceof LogReceipt;
	}

	@Nullable Long delivery() {
		return (this.receipt instanceof LogReceipt log) ? log.delivery() : null;
	}

	@Nullable Long message() {
		return (this.receipt instanceof LogReceipt log) ? log.message() : null;
	}

	@Nullable Long retry() {
		return (this.receipt instanceof RetryReceipt again) ? again.retry() : null;
	}

	@Nullable Integer claim() {
		return (this.receipt instanceof RetryReceipt again) ? again.claim() : null;
	}

}
