package io.github.queuestarter.actuate;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuestarter.Count;
import io.github.queuestarter.GroupStats;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.core.QueueStores;
import io.github.queuestarter.store.Administration;
import io.github.queuestarter.store.QueueStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class QueueMetricsTests {

	private final CountDownLatch end = new CountDownLatch(1);

	private final AtomicInteger reads = new AtomicInteger();

	@AfterEach
	void end() {
		this.end.countDown();
	}

	@Test
	void storeThatHangsHidesNoNumbersOfTheOther() {
		QueueStatsReader reader = new QueueStatsReader(
				new QueueStores(List.of(store("redis", true), store("postgres", false)), (queue) -> null));
		QueueMetrics metrics = new QueueMetrics(() -> reader, () -> {
			throw new AssertionError("not asked for");
		});
		MeterRegistry registry = new SimpleMeterRegistry();
		metrics.bindTo(registry);
		metrics.on(new QueueEvent.ListenerStarted("redis", "orders", "default", 1));
		metrics.on(new QueueEvent.ListenerStarted("postgres", "orders", "default", 1));
		assertThat(ready(registry, "redis")).isNaN();
		assertThat(ready(registry, "postgres")).isEqualTo(7);
	}

	@Test
	void gaugesOfAScrapeShareOneReadOfTheirStore() {
		QueueStatsReader reader = new QueueStatsReader(
				new QueueStores(List.of(store("redis", false)), (queue) -> null));
		QueueMetrics metrics = new QueueMetrics(() -> reader, () -> {
			throw new AssertionError("not asked for");
		});
		MeterRegistry registry = new SimpleMeterRegistry();
		metrics.bindTo(registry);
		metrics.on(new QueueEvent.ListenerStarted("redis", "orders", "default", 1));
		for (String name : List.of("queue.messages.ready", "queue.messages.pending", "queue.messages.scheduled",
				"queue.dead.letters")) {
			assertThat(registry.get(name).gauge().value()).isNotNaN();
		}
		assertThat(this.reads).hasValue(1);
	}

	@Test
	void settlementsThatCameTooLateAreCounted() {
		QueueMetrics metrics = new QueueMetrics(() -> {
			throw new AssertionError("not asked for");
		}, () -> {
			throw new AssertionError("not asked for");
		});
		MeterRegistry registry = new SimpleMeterRegistry();
		metrics.bindTo(registry);
		metrics.on(new QueueEvent.Stale("redis", "orders", "default", List.of("1", "2")));
		assertThat(registry.get("queue.stale")
			.tag("backend", "redis")
			.tag("queue", "orders")
			.tag("group", "default")
			.counter()
			.count()).isEqualTo(2);
	}

	private static double ready(MeterRegistry registry, String backend) {
		return registry.get("queue.messages.ready").tag("backend", backend).gauge().value();
	}

	private QueueStore store(String backend, boolean hangs) {
		Administration administration = proxy(Administration.class, (method) -> switch (method) {
			case "queues" -> Set.of("orders");
			case "stats" -> {
				if (hangs) {
					this.end.await();
				}
				this.reads.incrementAndGet();
				yield List.of(stats(backend));
			}
			default -> throw new AssertionError("not asked for: " + method);
		});
		return proxy(QueueStore.class, (method) -> switch (method) {
			case "backend" -> backend;
			case "administration" -> administration;
			default -> throw new AssertionError("not asked for: " + method);
		});
	}

	private static GroupStats stats(String backend) {
		Count none = Count.exactly(0);
		return new GroupStats("orders", "default", backend, false, Count.exactly(7), none, none, none, none,
				Duration.ZERO);
	}

	private static <T> T proxy(Class<T> type, Answers answers) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> answers.to(method.getName())));
	}

	/**
	 * What a part of a store answers.
	 */
	private interface Answers {

		Object to(String method) throws Exception;

	}

}
