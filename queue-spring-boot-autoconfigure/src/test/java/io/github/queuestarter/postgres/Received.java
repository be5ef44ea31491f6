package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the groups of {@link OldWorld} get after it was copied.
 */
final class Received {

	private final Map<String, AtomicInteger> billing = new ConcurrentHashMap<>();

	private final Map<String, AtomicInteger> audit = new ConcurrentHashMap<>();

	private final Map<String, AtomicInteger> late = new ConcurrentHashMap<>();

	private final Set<String> later = new HashSet<>();

	private final OldWorld world;

	private final TestInstance app;

	Received(OldWorld world, TestInstance app) {
		this.world = world;
		this.app = app;
		app.listen("orders", "billing", 10, this.billing);
		app.listen("orders", "audit", 10, this.audit);
		app.listen("ungrouped", "late", 10, this.late);
	}

	/**
	 * What was sent to 'orders' after the copy was made.
	 */
	Received expecting(String... ids) {
		this.later.addAll(List.of(ids));
		return this;
	}

	/**
	 * Each group gets what it has not finished, once, and nothing else.
	 */
	void assertOnce() {
		awaitIdle();
		assertThat(this.billing.keySet()).isEqualTo(with(this.world.unfinished()));
		assertThat(this.audit.keySet()).isEqualTo(with(this.world.orders()));
		assertThat(this.late.keySet()).isEqualTo(this.world.ungrouped());
		assertThat(this.billing.values()).allMatch((times) -> times.get() == 1);
		assertThat(this.audit.values()).allMatch((times) -> times.get() == 1);
		assertThat(this.late.values()).allMatch((times) -> times.get() == 1);
	}

	/**
	 * Each group gets what it has not finished.
	 */
	void awaitAll() {
		Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
			assertThat(this.billing.keySet()).containsAll(with(this.world.unfinished()));
			assertThat(this.audit.keySet()).containsAll(with(this.world.orders()));
			assertThat(this.late.keySet()).containsAll(this.world.ungrouped());
		});
	}

	private Set<String> with(Set<String> ids) {
		Set<String> all = new HashSet<>(ids);
		all.addAll(this.later);
		return all;
	}

	private void awaitIdle() {
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.until(() -> this.app.store()
				.administration()
				.stats(Set.of("orders", "ungrouped"))
				.stream()
				.allMatch((stats) -> stats.ready().value() == 0 && stats.pending().value() == 0));
	}

}
