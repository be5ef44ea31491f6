package io.github.queuestarter.actuate;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.queuestarter.Count;
import io.github.queuestarter.GroupStats;
import io.github.queuestarter.core.QueueStores;
import io.github.queuestarter.listener.ListenerState;
import io.github.queuestarter.listener.QueueListenerRegistry;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.StoreCondition;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Health of queues and listeners. Down when a store can't be reached or a listener has
 * stopped polling; a paused group is not down.
 */
public final class QueueHealthIndicator extends AbstractHealthIndicator {

	/**
	 * Who asks for the health of an application waits some seconds and not a minute.
	 */
	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final QueueStores stores;

	private final QueueListenerRegistry registry;

	private final QueueStatsReader reader;

	private final Map<QueueStore, Bounded<List<GroupStats>>> questions = new ConcurrentHashMap<>();

	public QueueHealthIndicator(QueueStores stores, QueueListenerRegistry registry, QueueStatsReader reader) {
		super("Queue health check failed");
		this.stores = stores;
		this.registry = registry;
		this.reader = reader;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		builder.up();
		Map<String, Map<String, Object>> queues = new LinkedHashMap<>();
		List<String> problems = new ArrayList<>();
		Map<String, Object> backends = new LinkedHashMap<>();
		for (QueueStore store : this.stores.all()) {
			try {
				this.questions.computeIfAbsent(store, this::question)
					.ask()
					.forEach((stats) -> entry(queues, stats.queue(), stats.group()).putAll(of(stats)));
				backends.put(store.backend(), "up");
			}
			catch (RuntimeException ex) {
				backends.put(store.backend(), "down");
				problems.add(store.backend() + " does not answer: " + ex.getMessage());
			}
		}
		showConditions(builder);
		for (ListenerState state : this.registry.states()) {
			Map<String, Object> entry = entry(queues, state.queue(), state.group());
			entry.putIfAbsent("backend", state.backend());
			entry.put("listener", of(state));
			if (!state.running() || !state.polling()) {
				problems.add("Listener '" + state.id() + "' has stopped polling" + why(state));
			}
			if (!state.settling()) {
				problems.add("Listener '" + state.id() + "' can't settle its messages");
			}
		}
		builder.withDetail("backends", backends).withDetail("queues", queues);
		if (!problems.isEmpty()) {
			builder.down().withDetail("problems", problems);
		}
	}

	private static String why(ListenerState state) {
		if (state.lastError() != null) {
			return ": " + state.lastError();
		}
		return state.registered() ? ""
				: ": its heartbeat is not confirmed by " + state.backend() + ", why is in the log";
	}

	/**
	 * What stores know about themselves; as messages still pass, it makes nothing down.
	 */
	private void showConditions(Health.Builder builder) {
		Map<String, Object> conditions = new LinkedHashMap<>();
		List<String> findings = new ArrayList<>();
		for (QueueStore store : this.stores.all()) {
			StoreCondition condition = store.administration().condition();
			if (!condition.details().isEmpty()) {
				conditions.put(store.backend(), condition.details());
			}
			findings.addAll(condition.findings());
		}
		if (!conditions.isEmpty()) {
			builder.withDetail("stores", conditions);
		}
		if (!findings.isEmpty()) {
			builder.withDetail("findings", findings);
		}
	}

	private Bounded<List<GroupStats>> question(QueueStore store) {
		return new Bounded<>(() -> {
			store.administration().ping();
			return this.reader.read(store);
		}, PATIENCE);
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> entry(Map<String, Map<String, Object>> queues, String queue, String group) {
		return (Map<String, Object>) queues.computeIfAbsent(queue, (key) -> new LinkedHashMap<>())
			.computeIfAbsent(group, (key) -> new LinkedHashMap<String, Object>());
	}

	private static Map<String, Object> of(GroupStats stats) {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("backend", stats.backend());
		details.put("paused", stats.paused());
		details.put("lag", number(stats.ready()));
		details.put("pending", number(stats.pending()));
		details.put("inFlight", number(stats.inFlight()));
		details.put("retrying", number(stats.retrying()));
		details.put("scheduled", number(stats.scheduled()));
		details.put("deadLetters", number(stats.deadLetters()));
		if (stats.dormant()) {
			details.put("dormant", true);
			details.put("lastActive", Instant.now().minus(stats.idle()).truncatedTo(ChronoUnit.SECONDS).toString());
		}
		return details;
	}

	private static Object number(Count count) {
		return (count.precision() == Count.Precision.EXACT) ? (Object) count.value() : count.toString();
	}

	private static Map<String, Object> of(ListenerState state) {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("id", state.id());
		details.put("running", state.running());
		details.put("polling", state.polling());
		details.put("settling", state.settling());
		details.put("registered", state.registered());
		details.put("lastPoll", (state.lastPoll() != null) ? state.lastPoll().toString() : "never");
		details.put("consecutiveErrors", state.consecutiveErrors());
		if (state.lastError() != null) {
			details.put("lastError", state.lastError());
		}
		details.put("concurrency", state.concurrency());
		details.put("handlers", state.handlers());
		details.put("stuck", state.stuck());
		details.put("oldestHandler", state.oldestHandler().toString());
		return details;
	}

}
