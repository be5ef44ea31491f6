package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariDataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.github.queuestarter.Count;
import io.github.queuestarter.Failure;
import io.github.queuestarter.Position;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.ConsumerIds;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.Receipt;
import io.github.queuestarter.store.RetentionSettings;
import io.github.queuestarter.store.Settlement;
import io.github.queuestarter.store.Sink;
import io.github.queuestarter.store.Subscription;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is settled is settled once, and whatever a handler asks for can be settled.
 */
class SettleTests {

	private static final int MESSAGES = 3000;

	private static final Failure FAILURE = new Failure(Failure.Kind.EXCEPTION, "storm", null, null, null);

	private final ConsumerIds ids = new ConsumerIds();

	private final Map<String, AtomicInteger> finished = new ConcurrentHashMap<>();

	@Test
	void everyMessageIsFinishedExactlyOnce() throws Exception {
		String schema = Databases.newSchema();
		var config = Databases.config();
		config.setMaximumPoolSize(20);
		ExecutorService executor = Executors.newCachedThreadPool();
		try (HikariDataSource pool = new HikariDataSource(config);
				TestInstance app = new TestInstance(pool, Databases.settings(schema))) {
			List<String> sent = new ArrayList<>();
			for (int i = 0; i < MESSAGES / 1000; i++) {
				sent.addAll(app.send(false, "orders", Collections.nCopies(1000, "text").toArray(String[]::new)));
			}
			List<Future<?>> all = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				all.add(executor.submit(() -> {
					while (this.finished.size() < MESSAGES) {
						live(app.store());
					}
					return null;
				}));
			}
			AtomicBoolean over = new AtomicBoolean();
			Future<?> reaper = executor.submit(() -> {
				while (!over.get()) {
					try (Connection connection = pool.getConnection();
							Statement statement = connection.createStatement()) {
						statement.execute("delete from \"" + schema + "\".queue_consumer where random() < 0.05");
					}
					app.store().consumers().rescue(List.of("postgres"));
					app.store().housekeeping().removeFinished("orders", RetentionSettings.defaults());
				}
				return null;
			});
			for (Future<?> one : all) {
				one.get();
			}
			over.set(true);
			reaper.get();
			assertThat(this.finished.keySet()).containsExactlyInAnyOrderElementsOf(sent);
			assertThat(this.finished.values()).allMatch((times) -> times.get() == 1);
			assertThat(count(pool, schema, "queue_retry")).isZero();
			app.store().housekeeping().removeFinished("orders", RetentionSettings.defaults());
			assertThat(count(pool, schema, "queue_message")).isZero();
		}
		finally {
			executor.shutdownNow();
		}
	}

	@Test
	void waitForEverIsTakenAsAVeryLongOne() throws Exception {
		try (HikariDataSource pool = Databases.pool();
				TestInstance app = new TestInstance(pool, Databases.settings(Databases.newSchema()))) {
			StormSink sink = new StormSink(app.consumer());
			MessageSource source = app.store()
				.reader()
				.open(new Subscription("orders", "billing", Position.earliest(), "test"), sink);
			source.start();
			app.send(false, "orders", "text");
			List<ClaimedMessage> messages = new ArrayList<>();
			Awaitility.await().until(() -> messages.addAll(sink.take()));
			Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);
			assertThat(
					app.store().settlements().settle(List.of(new Settlement.Retry(messages.get(0), forEver, FAILURE))))
				.isEmpty();
			source.stop();
			assertThat(app.store().administration().stats(Set.of("orders")).get(0).retrying())
				.isEqualTo(Count.exactly(1));
		}
	}

	private static long count(HikariDataSource pool, String schema, String table) throws Exception {
		try (Connection connection = pool.getConnection();
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery("select count(*) from \"" + schema + "\"." + table)) {
			rows.next();
			return rows.getLong(1);
		}
	}

	private void live(PostgresStore store) throws Exception {
		String consumer = this.ids.next();
		store.consumers().register("postgres", consumer);
		ThreadLocalRandom random = ThreadLocalRandom.current();
		StormSink sink = new StormSink(consumer);
		MessageSource source = store.reader()
			.open(new Subscription("orders", "billing", Position.earliest(), "t"), sink);
		source.start();
		ExecutorService settlers = Executors.newFixedThreadPool(2);
		for (int round = 0; round < 20 && this.finished.size() < MESSAGES; round++) {
			List<ClaimedMessage> batch = sink.take();
			Collections.shuffle(batch);
			int cut = batch.isEmpty() ? 0 : random.nextInt(batch.size());
			Future<?> one = settlers.submit(() -> settle(store, sink, batch.subList(0, cut)));
			settle(store, sink, batch.subList(cut, batch.size()));
			one.get();
		}
		source.stop();
		settlers.shutdown();
		if (random.nextBoolean()) {
			store.consumers().retire("postgres", consumer);
		}
	}

	private void settle(PostgresStore store, StormSink sink, List<ClaimedMessage> part) {
		if (part.isEmpty()) {
			return;
		}
		boolean acks = ThreadLocalRandom.current().nextBoolean();
		List<Settlement> settlements = new ArrayList<>();
		for (ClaimedMessage message : part) {
			int kind = acks ? 0 : ThreadLocalRandom.current().nextInt(4);
			settlements.add(switch (kind) {
				case 0 -> new Settlement.Ack(message);
				case 1 -> new Settlement.Retry(message, Duration.ofMillis(5), FAILURE);
				case 2 -> new Settlement.Release(message, Duration.ZERO);
				default -> new Settlement.Bury(message, FAILURE);
			});
		}
		List<ClaimedMessage> stale = store.settlements().settle(settlements);
		for (Settlement settlement : settlements) {
			boolean ends = settlement instanceof Settlement.Ack || settlement instanceof Settlement.Bury;
			if (ends && !stale.contains(settlement.message())) {
				this.finished.computeIfAbsent(settlement.message().id(), (id) -> new AtomicInteger()).incrementAndGet();
			}
			sink.held.remove(settlement.message().receipt());
		}
	}

	private static final class StormSink implements Sink {

		private final Map<Receipt, ClaimedMessage> held = new ConcurrentHashMap<>();

		private final List<ClaimedMessage> waiting = new ArrayList<>();

		private final String consumer;

		StormSink(String consumer) {
			this.consumer = consumer;
		}

		synchronized List<ClaimedMessage> take() throws InterruptedException {
			if (this.waiting.isEmpty()) {
				wait(20);
			}
			List<ClaimedMessage> taken = new ArrayList<>(this.waiting);
			this.waiting.clear();
			return taken;
		}

		@Override
		public String consumer() {
			return this.consumer;
		}

		@Override
		public int awaitRoom(Duration patience) {
			return Math.max(0, 60 - this.held.size());
		}

		@Override
		public synchronized void acceptNew(List<ClaimedMessage> messages) {
			messages.forEach((message) -> this.held.put(message.receipt(), message));
			this.waiting.addAll(messages);
			notifyAll();
		}

		@Override
		public Room roomForDue() {
			return new Room(Math.max(0, 60 - this.held.size()), 10);
		}

		@Override
		public void acceptDue(List<ClaimedMessage> messages) {
			acceptNew(messages);
		}

		@Override
		public boolean holds(Receipt receipt) {
			return this.held.containsKey(receipt);
		}

		@Override
		public void pollSucceeded() {
		}

		@Override
		public Duration pollFailed(Throwable cause) {
			return Duration.ofMillis(20);
		}

	}

}
