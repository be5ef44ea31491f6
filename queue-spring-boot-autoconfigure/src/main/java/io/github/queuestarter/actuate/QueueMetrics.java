package io.github.queuestarter.actuate;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.queuestarter.Count;
import io.github.queuestarter.Delivery;
import io.github.queuestarter.GroupStats;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.listener.ListenerState;
import io.github.queuestarter.listener.QueueListenerRegistry;
import io.github.queuestarter.store.Subscription;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Meters of the groups that this application listens as. A gauge whose number the store
 * can't tell is {@code NaN}.
 */
public final class QueueMetrics implements MeterBinder, QueueObserver {

	private static final String REMOVED = "Messages removed that all groups had finished";

	private static final String TRIMMED = "Messages removed that not every group had finished";

	private static final String LOST = "Messages that somebody else removed before their group had finished them";

	private static final String DEAD_LETTERS_REMOVED = "Dead letters removed because they exceeded a limit";

	private static final String BUSY = "Claims that did not get their turn because another session was claiming";

	private static final String DROPPED = "Messages that an ephemeral listener has failed to handle";

	private final Supplier<QueueStatsReader> reader;

	/**
	 * By kind of store: one that does not answer hides its own numbers only.
	 */
	private final Map<String, CachedStats> stats = new ConcurrentHashMap<>();

	private final Supplier<QueueListenerRegistry> listeners;

	private final CopyOnWriteArrayList<MeterRegistry> registries = new CopyOnWriteArrayList<>();

	private final Set<Tags> bound = ConcurrentHashMap.newKeySet();

	public QueueMetrics(Supplier<QueueStatsReader> reader, Supplier<QueueListenerRegistry> listeners) {
		this.reader = reader;
		this.listeners = listeners;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.registries.add(registry);
	}

	@Override
	public void on(QueueEvent event) {
		if (event instanceof QueueEvent.ListenerStarted started) {
			bind(started.backend(), started.queue(), started.group());
		}
		else if (event instanceof QueueEvent.Settled settled) {
			settled(settled);
		}
		else if (event instanceof QueueEvent.Dropped dropped) {
			Delivery delivery = dropped.delivery();
			count("queue.dropped", DROPPED, tags(dropped.backend(), delivery.queue(), delivery.group()), 1);
		}
		else if (event instanceof QueueEvent.Rescued rescued) {
			count("queue.rescued", "Messages taken over from a consumer that is gone",
					tags(rescued.backend(), rescued.queue(), rescued.group()), rescued.count());
		}
		else if (event instanceof QueueEvent.Stale stale) {
			count("queue.stale", "Settlements that came too late and changed nothing",
					tags(stale.backend(), stale.queue(), stale.group()), stale.ids().size());
		}
		else if (event instanceof QueueEvent.ClaimBusy busy) {
			count("queue.claims.busy", BUSY, tags(busy.backend(), busy.queue(), busy.group()), 1);
		}
		else if (event instanceof QueueEvent.Removed removed) {
			count("queue.messages.removed", REMOVED, tags(removed.backend(), removed.queue()), removed.count());
		}
		else if (event instanceof QueueEvent.Trimmed trimmed) {
			count("queue.messages.trimmed", TRIMMED, tags(trimmed.backend(), trimmed.queue()), trimmed.count());
		}
		else if (event instanceof QueueEvent.Lost lost) {
			count("queue.messages.lost", LOST, tags(lost.backend(), lost.queue(), lost.group()), lost.count());
		}
		else if (event instanceof QueueEvent.DeadLettersRemoved removed) {
			count("queue.dead.letters.removed", DEAD_LETTERS_REMOVED,
					tags(removed.backend(), removed.queue(), removed.group()), removed.count());
		}
		else if (event instanceof QueueEvent.SendAfterCommitFailed failed && !failed.onlyUnconfirmed()) {
			count("queue.send.lost", "Messages that could not be sent after the commit of their transaction",
					Tags.of("backend", failed.backend()), failed.ids().size());
		}
	}

	private void settled(QueueEvent.Settled settled) {
		Tags tags = tags(settled.backend(), settled.queue(), settled.group());
		if (settled.kind() == QueueEvent.Settled.Kind.RETRY) {
			count("queue.retried", "Attempts that failed and are followed by another", tags, settled.count());
		}
		else if (settled.kind() == QueueEvent.Settled.Kind.BURY) {
			count("queue.dead.lettered", "Messages that became dead letters", tags, settled.count());
		}
	}

	private void count(String name, String description, Tags tags, long amount) {
		this.registries.forEach((registry) -> Counter.builder(name)
			.description(description)
			.tags(tags)
			.register(registry)
			.increment(amount));
	}

	private void bind(String backend, String queue, String group) {
		Tags tags = tags(backend, queue, group);
		if (!this.bound.add(tags)) {
			return;
		}
		if (group.equals(Subscription.EPHEMERAL)) {
			count("queue.dropped", DROPPED, tags, 0);
		}
		else {
			bindGroup(tags, backend, queue, group);
		}
		count("queue.send.lost", "Messages that could not be sent after the commit of their transaction",
				Tags.of("backend", backend), 0);
		count("queue.messages.removed", REMOVED, tags(backend, queue), 0);
		count("queue.messages.trimmed", TRIMMED, tags(backend, queue), 0);
		for (MeterRegistry registry : this.registries) {
			TimeGauge.builder("queue.handlers.oldest", () -> oldestHandler(queue, group), TimeUnit.MILLISECONDS)
				.description("How long the longest running handler runs")
				.tags(tags)
				.register(registry);
		}
	}

	/**
	 * The meters of a group that the store knows.
	 */
	private void bindGroup(Tags tags, String backend, String queue, String group) {
		count("queue.retried", "Attempts that failed and are followed by another", tags, 0);
		count("queue.dead.lettered", "Messages that became dead letters", tags, 0);
		count("queue.rescued", "Messages taken over from a consumer that is gone", tags, 0);
		count("queue.stale", "Settlements that came too late and changed nothing", tags, 0);
		count("queue.claims.busy", BUSY, tags, 0);
		count("queue.messages.lost", LOST, tags, 0);
		count("queue.dead.letters.removed", DEAD_LETTERS_REMOVED, tags, 0);
		gauge("queue.messages.ready", "Messages that are not yet delivered", tags, backend, queue, group,
				GroupStats::ready);
		gauge("queue.messages.pending", "Messages in flight or waiting for their next attempt", tags, backend, queue,
				group, GroupStats::pending);
		gauge("queue.messages.scheduled", "Messages sent with a delay that has not passed", tags, backend, queue, group,
				GroupStats::scheduled);
		gauge("queue.dead.letters", "Dead letters", tags, backend, queue, group, GroupStats::deadLetters);
	}

	private void gauge(String name, String description, Tags tags, String backend, String queue, String group,
			Function<GroupStats, Count> count) {
		CachedStats ofStore = this.stats.computeIfAbsent(backend,
				(key) -> new CachedStats(() -> this.reader.get().read(key)));
		for (MeterRegistry registry : this.registries) {
			Gauge.builder(name, () -> {
				GroupStats stats = ofStore.of(queue, group);
				return (stats != null) ? count.apply(stats).asDouble() : Double.NaN;
			}).description(description).tags(tags).register(registry);
		}
	}

	private long oldestHandler(String queue, String group) {
		return this.listeners.get()
			.states()
			.stream()
			.filter((state) -> state.queue().equals(queue) && state.group().equals(group))
			.map(ListenerState::oldestHandler)
			.mapToLong(Duration::toMillis)
			.max()
			.orElse(0);
	}

	private static Tags tags(String backend, String queue) {
		return Tags.of("queue", queue, "backend", backend);
	}

	private static Tags tags(String backend, String queue, String group) {
		return Tags.of("queue", queue, "group", group, "backend", backend);
	}

}
