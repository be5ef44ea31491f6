package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.store.RetentionSettings;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nothing is lost and nothing comes twice, however transactions overlap.
 */
class SlowTransactionTests {

	private static final int SENDERS = 6;

	private static final int TRANSACTIONS = 150;

	private final Map<String, AtomicInteger> received = new ConcurrentHashMap<>();

	private final List<TestInstance> instances = new ArrayList<>();

	private final String schema = Databases.newSchema();

	private HikariDataSource pool;

	private TransactionTemplate transaction;

	@BeforeEach
	void open() {
		var config = Databases.config();
		config.setMaximumPoolSize(20);
		this.pool = new HikariDataSource(config);
		this.transaction = new TransactionTemplate(new DataSourceTransactionManager(this.pool));
	}

	@AfterEach
	void close() throws Exception {
		for (TestInstance instance : this.instances) {
			instance.close();
		}
		this.pool.close();
	}

	@Test
	void overlappingTransactionsLoseNothingAndDoubleNothing() throws Exception {
		TestInstance sender = instance();
		for (int room : new int[] { 1, 7, 100, 500 }) {
			instance().listen("orders", "billing", room, this.received);
		}
		Queue<String> committed = new ConcurrentLinkedQueue<>();
		Queue<String> rolledBack = new ConcurrentLinkedQueue<>();
		CountDownLatch longOneHasSent = new CountDownLatch(1);
		CountDownLatch othersAreDone = new CountDownLatch(1);
		ExecutorService executor = Executors.newCachedThreadPool();
		try {
			Future<?> longOne = executor.submit(() -> this.transaction.executeWithoutResult((status) -> {
				committed.addAll(sender.send(true, "orders", "first of a long transaction"));
				longOneHasSent.countDown();
				await(othersAreDone);
				committed.addAll(sender.send(true, "orders", "last of a long transaction"));
			}));
			await(longOneHasSent);
			List<Future<?>> others = new ArrayList<>();
			for (int i = 0; i < SENDERS; i++) {
				others.add(executor.submit(() -> sendMany(sender, committed, rolledBack)));
			}
			for (Future<?> other : others) {
				other.get();
			}
			// What is committed arrives although the long one is still open
			Set<String> early = Set.copyOf(committed);
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> this.received.size() >= early.size() - 1);
			othersAreDone.countDown();
			longOne.get();
		}
		finally {
			othersAreDone.countDown();
			executor.shutdown();
		}
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(this.received.keySet()).containsAll(committed));
		String sentinel = sender.send(false, "orders", "sentinel").get(0);
		Awaitility.await().until(() -> this.received.containsKey(sentinel));
		assertThat(this.received.keySet()).doesNotContainAnyElementsOf(rolledBack).hasSize(committed.size() + 1);
		assertThat(this.received.values()).allMatch((times) -> times.get() == 1);
	}

	@Test
	void retentionRemovesOnlyWhatIsFinished() throws Exception {
		TestInstance sender = instance();
		for (int i = 0; i < 2; i++) {
			instance().listen("orders", "billing", 50, this.received);
		}
		Map<String, AtomicInteger> receivedByShipping = new ConcurrentHashMap<>();
		instance().listen("orders", "shipping", 5, receivedByShipping);
		Queue<String> committed = new ConcurrentLinkedQueue<>();
		ExecutorService executor = Executors.newCachedThreadPool();
		try {
			List<Future<?>> senders = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				senders.add(executor.submit(() -> sendMany(sender, committed, new ConcurrentLinkedQueue<>())));
			}
			Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(5)).until(() -> {
				sender.store().housekeeping().removeFinished("orders", RetentionSettings.defaults());
				return senders.stream().allMatch(Future::isDone) && this.received.keySet().containsAll(committed)
						&& receivedByShipping.keySet().containsAll(committed);
			});
		}
		finally {
			executor.shutdown();
		}
		assertThat(this.received.values()).allMatch((times) -> times.get() == 1);
		assertThat(receivedByShipping.values()).allMatch((times) -> times.get() == 1);
		Awaitility.await().until(() -> {
			sender.store().housekeeping().removeFinished("orders", RetentionSettings.defaults());
			return stored() == 0;
		});
	}

	private long stored() throws Exception {
		try (Connection connection = this.pool.getConnection();
				var rows = connection.createStatement()
					.executeQuery("select count(*) from \"" + this.schema + "\".queue_message")) {
			rows.next();
			return rows.getLong(1);
		}
	}

	private void sendMany(TestInstance sender, Queue<String> committed, Queue<String> rolledBack) {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		for (int i = 0; i < TRANSACTIONS; i++) {
			boolean fails = random.nextInt(5) == 0;
			this.transaction.executeWithoutResult((status) -> {
				for (int k = random.nextInt(1, 5); k > 0; k--) {
					(fails ? rolledBack : committed).addAll(sender.send(true, "orders", "a", "b"));
				}
				if (fails) {
					status.setRollbackOnly();
				}
			});
		}
	}

	private TestInstance instance() {
		TestInstance instance = new TestInstance(this.pool, Databases.settings(this.schema));
		this.instances.add(instance);
		return instance;
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
