package io.github.queuestarter.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Settlement;

/**
 * Settlements that one script does.
 */
final class SettleBatch {

	private static final int MOST_ACKS = 1000;

	private static final int MOST_OTHERS = 100;

	private final ScriptCall call;

	private final List<Settlement> settlements;

	private SettleBatch(GroupKeys keys, boolean replayed, String consumer, List<Settlement> settlements,
			boolean withMessages) {
		this.call = SettleCalls.of(keys, replayed, consumer);
		this.settlements = settlements;
		List<String> acks = settlements.stream()
			.filter(Settlement.Ack.class::isInstance)
			.map((ack) -> receipt(ack).entry())
			.sorted(EntryIds::compare)
			.toList();
		if (!acks.isEmpty()) {
			this.call.with("ack", acks.size()).with(acks.toArray());
		}
		settlements.forEach((settlement) -> add(settlement, withMessages));
	}

	/**
	 * Split settlements into as few batches as possible.
	 * @param withMessages whether burials carry the message, because its entry is gone
	 */
	static List<SettleBatch> split(GroupKeys keys, String consumer, List<Settlement> settlements,
			boolean withMessages) {
		List<SettleBatch> batches = new ArrayList<>();
		for (boolean replayed : new boolean[] { false, true }) {
			List<Settlement> part = new ArrayList<>();
			int acks = 0;
			for (Settlement settlement : settlements) {
				if (receipt(settlement).replayed() != replayed) {
					continue;
				}
				boolean ack = settlement instanceof Settlement.Ack;
				if (acks == MOST_ACKS || (!ack && part.size() - acks == MOST_OTHERS)) {
					batches.add(new SettleBatch(keys, replayed, consumer, part, withMessages));
					part = new ArrayList<>();
					acks = 0;
				}
				part.add(settlement);
				acks += ack ? 1 : 0;
			}
			if (!part.isEmpty()) {
				batches.add(new SettleBatch(keys, replayed, consumer, part, withMessages));
			}
		}
		return batches;
	}

	ScriptCall call() {
		return this.call;
	}

	int size() {
		return this.settlements.size();
	}

	ClaimedMessage anyMessage() {
		return this.settlements.get(0).message();
	}

	/**
	 * The messages that the script said were not held.
	 */
	List<ClaimedMessage> notHeld(Reply reply) {
		return named(reply.list(0)).stream().map(Settlement::message).toList();
	}

	/**
	 * The burials that the script left undone because the entry is gone from its stream.
	 */
	List<Settlement> gone(Reply reply) {
		return named(reply.list(1));
	}

	private List<Settlement> named(Reply entries) {
		if (entries.size() == 0) {
			return List.of();
		}
		Set<String> names = Set.copyOf(entries.texts());
		return this.settlements.stream().filter((settlement) -> names.contains(receipt(settlement).entry())).toList();
	}

	private void add(Settlement settlement, boolean withMessages) {
		RedisReceipt receipt = receipt(settlement);
		if (settlement instanceof Settlement.Retry retry) {
			this.call.with("retry", receipt.entry(), receipt.delivery(), retry.after().toMillis());
		}
		else if (settlement instanceof Settlement.Release release) {
			this.call.with("release", receipt.entry(), receipt.delivery(), release.after().toMillis());
		}
		else if (settlement instanceof Settlement.Bury bury) {
			addBurial(receipt, bury, withMessages ? receipt.fields() : new Fields());
		}
	}

	private void addBurial(RedisReceipt receipt, Settlement.Bury bury, Fields message) {
		Fields reasons = DeadLetters.reasons(bury);
		this.call.with("bury", receipt.entry(), receipt.delivery(), bury.message().id(), reasons.size())
			.with(reasons.toArray())
			.with(message.size())
			.with(message.toArray());
	}

	private static RedisReceipt receipt(Settlement settlement) {
		return (RedisReceipt) settlement.message().receipt();
	}

}
