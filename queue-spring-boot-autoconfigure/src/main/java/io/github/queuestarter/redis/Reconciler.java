package io.github.queuestarter.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.github.queuestarter.store.Sink;
import io.lettuce.core.Consumer;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.XPendingArgs;
import io.lettuce.core.models.stream.PendingMessage;

/**
 * Looks at what the store says that the consumer holds. Gives back what the sink does not
 * know: the trace of a lost answer. May refresh the rest, so that others do not claim it.
 */
final class Reconciler {

	private static final int PAGE = 100;

	private final RedisCalls calls;

	private final GroupKeys keys;

	private final Sink sink;

	private final Duration idle;

	private final boolean refreshes;

	/**
	 * Create a new instance.
	 * @param idle how long the consumer must have had it
	 * @param refreshes whether what the sink knows is to look as if just delivered
	 */
	Reconciler(RedisCalls calls, GroupKeys keys, Sink sink, Duration idle, boolean refreshes) {
		this.calls = calls;
		this.keys = keys;
		this.sink = sink;
		this.idle = idle;
		this.refreshes = refreshes;
	}

	/**
	 * Look once. No claim may be on its way to the sink meanwhile.
	 * @return how many messages were given back
	 */
	int reconcile() {
		String consumer = this.sink.consumer();
		return reconcile(consumer, false) + reconcile(consumer, true);
	}

	private int reconcile(String consumer, boolean replayed) {
		byte[] stream = this.keys.lane(replayed).stream();
		Long exists = this.calls.call((commands) -> commands.exists(stream));
		if (exists == null || exists == 0) {
			return 0;
		}
		int released = 0;
		Range<String> range = Range.unbounded();
		List<PendingMessage> page;
		do {
			page = pending(stream, consumer, range);
			Map<Boolean, List<PendingMessage>> known = page.stream()
				.collect(Collectors.partitioningBy((message) -> isKnown(replayed, message)));
			released += release(consumer, replayed, known.getOrDefault(false, List.of()));
			refresh(stream, consumer, known.getOrDefault(true, List.of()));
			if (!page.isEmpty()) {
				range = Range.from(Range.Boundary.excluding(page.get(page.size() - 1).getId()),
						Range.Boundary.unbounded());
			}
		}
		while (page.size() == PAGE);
		return released;
	}

	private List<PendingMessage> pending(byte[] stream, String consumer, Range<String> range) {
		XPendingArgs<byte[]> arguments = XPendingArgs.Builder
			.xpending(Consumer.from(this.keys.groupBytes(), consumer.getBytes(StandardCharsets.UTF_8)), range,
					Limit.from(PAGE))
			.idle(this.idle);
		List<PendingMessage> page = this.calls.call((commands) -> commands.xpending(stream, arguments));
		return (page != null) ? page : List.of();
	}

	private boolean isKnown(boolean replayed, PendingMessage message) {
		return this.sink.holds(new RedisReceipt(this.keys, replayed, message.getId(), RedisReceipt.ANY_DELIVERY));
	}

	private int release(String consumer, boolean replayed, List<PendingMessage> unknown) {
		if (!unknown.isEmpty()) {
			ScriptCall call = SettleCalls.of(this.keys, replayed, consumer);
			unknown.forEach((message) -> call.with("release", message.getId(), message.getRedeliveryCount(), 0));
			this.calls.eval(call);
		}
		return unknown.size();
	}

	private void refresh(byte[] stream, String consumer, List<PendingMessage> known) {
		if (this.refreshes && !known.isEmpty()) {
			ScriptCall call = ScriptCall.of(RedisScript.REFRESH, List.of(stream), this.keys.groupBytes(), consumer);
			known.forEach((message) -> call.with(message.getId()));
			this.calls.eval(call);
		}
	}

}
