package io.github.queuestarter.redis;

import java.util.ArrayList;
import java.util.List;

import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Settlement;
import io.github.queuestarter.store.Settlements;

/**
 * Settles messages, many by one script.
 */
final class RedisSettlements implements Settlements {

	private final RedisCalls calls;

	private final Keyspace keyspace;

	private final DuePoller duePoller;

	private final Events events;

	RedisSettlements(RedisCalls calls, Keyspace keyspace, DuePoller duePoller, Events events) {
		this.calls = calls;
		this.keyspace = keyspace;
		this.duePoller = duePoller;
		this.events = events;
	}

	@Override
	public List<ClaimedMessage> settle(List<Settlement> settlements) {
		ClaimedMessage any = settlements.get(0).message();
		if (any.receipt() instanceof ReadReceipt) {
			return List.of();
		}
		GroupKeys keys = this.keyspace.queue(any.queue()).group(any.group());
		List<ClaimedMessage> notHeld = new ArrayList<>();
		List<Settlement> gone = settle(SettleBatch.split(keys, any.consumer(), settlements, false), notHeld);
		if (!gone.isEmpty()) {
			settle(SettleBatch.split(keys, any.consumer(), gone, true), notHeld);
		}
		settlements.forEach(this::lookAgain);
		return notHeld;
	}

	@Override
	public boolean runsAlone(ClaimedMessage message) {
		GroupKeys keys = this.keyspace.queue(message.queue()).group(message.group());
		RedisReceipt receipt = (RedisReceipt) message.receipt();
		Lane lane = keys.lane(receipt.replayed());
		return this.calls.eval(ScriptCall.of(RedisScript.RUN_ALONE,
				List.of(keys.queue().consumers(), lane.stream(), lane.attempts()), RedisStore.REGISTRATION_TTL,
				keys.groupBytes(), message.consumer(), receipt.entry(), receipt.delivery()))
			.flag(0);
	}

	private List<Settlement> settle(List<SettleBatch> batches, List<ClaimedMessage> notHeld) {
		List<Settlement> gone = new ArrayList<>();
		List<Reply> replies = this.calls.evalAll(batches.stream().map(SettleBatch::call).toList());
		for (int i = 0; i < batches.size(); i++) {
			notHeld.addAll(batches.get(i).notHeld(replies.get(i)));
			gone.addAll(batches.get(i).gone(replies.get(i)));
			tellOfUnnamed(replies.get(i).number(2), batches.get(i));
		}
		return gone;
	}

	/**
	 * Where a rewind or another client took messages away and nobody holds them now, the
	 * script knows how many they were, but not which.
	 */
	private void tellOfUnnamed(long count, SettleBatch batch) {
		if (count > 0) {
			ClaimedMessage any = batch.anyMessage();
			this.events.warn(("%d of %d messages of group '%s' of queue '%s' were not held any more when their handler"
					+ " had finished: a rewind or another client took them away. They may be handled twice.")
				.formatted(count, batch.size(), any.group(), any.queue()));
		}
	}

	private void lookAgain(Settlement settlement) {
		ClaimedMessage message = settlement.message();
		if (settlement instanceof Settlement.Retry retry) {
			this.duePoller.lookAtGroup(message.queue(), message.group(), retry.after());
		}
		else if (settlement instanceof Settlement.Release release) {
			this.duePoller.lookAtGroup(message.queue(), message.group(), release.after());
		}
	}

}
