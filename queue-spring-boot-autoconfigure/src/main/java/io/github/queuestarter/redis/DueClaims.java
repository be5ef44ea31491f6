package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Sink;

/**
 * Claims due messages of one group, and moves scheduled messages of its queue to their
 * stream.
 */
final class DueClaims {

	private static final int MOST = 100;

	private static final int LOOK = 1000;

	private final RedisCalls calls;

	private final GroupKeys keys;

	private final Events events;

	// So that no messages wait behind those that may not be claimed now
	private long passOver;

	private boolean promotionIsRefused;

	DueClaims(RedisCalls calls, GroupKeys keys, Events events) {
		this.calls = calls;
		this.keys = keys;
		this.events = events;
	}

	Round claim(String consumer, Sink.Room room) {
		QueueKeys queue = this.keys.queue();
		int most = Math.min(room.messages(), MOST);
		ScriptCall promote = ScriptCall.of(RedisScript.PROMOTE,
				List.of(queue.consumers(), queue.stream(), queue.scheduled(), queue.bodies()),
				RedisStore.REGISTRATION_TTL, MOST);
		List<byte[]> claimKeys = new ArrayList<>(List.of(queue.consumers(), queue.groups()));
		this.keys.lanes().forEach((lane) -> claimKeys.addAll(List.of(lane.stream(), lane.retry(), lane.attempts())));
		ScriptCall claim = ScriptCall.of(RedisScript.CLAIM_DUE, claimKeys, RedisStore.REGISTRATION_TTL,
				this.keys.groupBytes(), consumer, most, room.suspects(), LOOK,
				(room.suspects() > 0) ? 0 : this.passOver);
		List<Answer> answers = this.calls.evalEach(List.of(promote, claim));
		// what was claimed is ours already, whatever becomes of the scheduled messages
		Reply claimed = answers.get(1).replyOrThrow();
		this.passOver = claimed.number(3);
		return round(consumer, nextScheduled(answers.get(0)), claimed);
	}

	/**
	 * Asks when the next message is due.
	 */
	ScriptCall lookAhead() {
		QueueKeys queue = this.keys.queue();
		List<byte[]> lookKeys = new ArrayList<>(List.of(queue.groups(), queue.scheduled()));
		this.keys.lanes().forEach((lane) -> lookKeys.add(lane.retry()));
		return ScriptCall.of(RedisScript.LOOK_AHEAD, lookKeys, this.keys.groupBytes());
	}

	private long nextScheduled(Answer promoted) {
		boolean toldBefore = this.promotionIsRefused;
		this.promotionIsRefused = promoted.refusal() != null;
		if (promoted.refusal() == null) {
			return promoted.replyOrThrow().number(1);
		}
		if (!toldBefore) {
			this.events.warn("Could not move the scheduled messages of queue '%s' that are due to its stream (%s). "
				.formatted(this.keys.queue().queue(), promoted.refusal().getMessage()) + "Trying again.");
		}
		return -1;
	}

	private Round round(String consumer, long nextScheduled, Reply claimed) {
		if (claimed.number(2) > 0) {
			this.events.lost(this.keys.queue().queue(), this.keys.group(), claimed.number(2));
		}
		List<ClaimedMessage> messages = new ArrayList<>();
		for (int i = 4; i < claimed.size(); i++) {
			messages.add(Claims.due(this.keys, consumer, claimed.list(i)));
		}
		return new Round(claimed.flag(0), messages, claimed.number(1), nextScheduled);
	}

	/**
	 * What a look brought.
	 *
	 * @param paused whether the group is paused
	 * @param messages what was claimed
	 * @param nextDue milliseconds until another message is due for the group, or -1
	 * @param nextScheduled milliseconds until another scheduled message is due, or -1
	 */
	record Round(boolean paused, List<ClaimedMessage> messages, long nextDue, long nextScheduled) {

		/**
		 * How long until there is something to do.
		 */
		Duration next(Duration atMost) {
			long next = atMost.toMillis();
			next = (this.nextDue >= 0) ? Math.min(next, this.nextDue) : next;
			next = (this.nextScheduled >= 0) ? Math.min(next, this.nextScheduled) : next;
			return Duration.ofMillis(next);
		}

		boolean moreDueNow() {
			return this.nextDue == 0;
		}

	}

}
