package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.queuestarter.store.Sink;

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
		List<Reply> held = this.calls.evalAll(List.of(held(consumer, false, "-"), held(consumer, true, "-")));
		return reconcile(consumer, false, held.get(0)) + reconcile(consumer, true, held.get(1));
	}

	private int reconcile(String consumer, boolean replayed, Reply firstPage) {
		int released = 0;
		List<Held> page = Held.of(firstPage);
		while (!page.isEmpty()) {
			Map<Boolean, List<Held>> known = page.stream()
				.collect(Collectors.partitioningBy((message) -> isKnown(replayed, message)));
			released += release(consumer, replayed, known.getOrDefault(false, List.of()));
			refresh(consumer, replayed, known.getOrDefault(true, List.of()));
			page = (page.size() == PAGE)
					? Held.of(this.calls.eval(held(consumer, replayed, "(" + page.get(PAGE - 1).entry()))) : List.of();
		}
		return released;
	}

	private ScriptCall held(String consumer, boolean replayed, String from) {
		return ScriptCall.of(RedisScript.HELD, List.of(this.keys.lane(replayed).stream()), this.keys.groupBytes(),
				consumer, this.idle.toMillis(), from, PAGE);
	}

	private boolean isKnown(boolean replayed, Held message) {
		return this.sink.holds(new RedisReceipt(this.keys, replayed, message.entry(), RedisReceipt.ANY_DELIVERY));
	}

	private int release(String consumer, boolean replayed, List<Held> unknown) {
		if (!unknown.isEmpty()) {
			ScriptCall call = SettleCalls.of(this.keys, replayed, consumer);
			unknown.forEach((message) -> call.with("release", message.entry(), message.deliveries(), 0));
			this.calls.eval(call);
		}
		return unknown.size();
	}

	private void refresh(String consumer, boolean replayed, List<Held> known) {
		if (this.refreshes && !known.isEmpty()) {
			ScriptCall call = ScriptCall.of(RedisScript.REFRESH, List.of(this.keys.lane(replayed).stream()),
					this.keys.groupBytes(), consumer);
			known.forEach((message) -> call.with(message.entry()));
			this.calls.eval(call);
		}
	}

	/**
	 * An entry that the consumer holds.
	 *
	 * @param entry its id
	 * @param deliveries how many times it was delivered
	 */
	private record Held(String entry, long deliveries) {

		static List<Held> of(Reply page) {
			return IntStream.range(0, page.size())
				.mapToObj(page::list)
				.map((entry) -> new Held(entry.text(0), entry.number(1)))
				.toList();
		}

	}

}
