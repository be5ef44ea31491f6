package io.github.queuestarter.endtoend;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.github.queuestarter.QueueListener;
import io.github.queuestarter.testing.TestServers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A transaction that has sent stays open, past several expiries of heartbeats and rounds
 * of removal: for 10 s, or as long as {@code -Dqueue.test.open-transaction=150s} says.
 */
class PostgresOpenTransactionTests extends EndToEndTest {

	private static final Duration OPEN = DurationStyle
		.detectAndParse(System.getProperty("queue.test.open-transaction", "10s"));

	private static final Duration PACE = Duration.ofMillis(50);

	private final ExecutorService thread = Executors.newSingleThreadExecutor();

	@Override
	Backend backend() {
		return Backend.postgres(TestServers.postgres());
	}

	@AfterEach
	void endThread() {
		this.thread.shutdownNow();
	}

	@Test
	void holdsUpNobodyAndItsMessagesComeWhenItCommits() throws Exception {
		Texts texts = new Texts();
		Application application = start(application().with("queue.heartbeat.expiry", "3s")
			.with("queue.housekeeping.interval", "500ms")
			.listener(texts));
		TransactionTemplate transaction = new TransactionTemplate(application.bean(PlatformTransactionManager.class));
		CountDownLatch hasSent = new CountDownLatch(1);
		CountDownLatch mayCommit = new CountDownLatch(1);
		Future<?> open = this.thread.submit(() -> transaction.execute((status) -> {
			application.template().send(this.queue, "open 1");
			application.template().send(this.queue, "open 2");
			hasSent.countDown();
			return await(mayCommit, OPEN.multipliedBy(2));
		}));
		assertThat(await(hasSent, Duration.ofSeconds(20))).isTrue();
		int others = 0;
		for (long end = System.nanoTime() + OPEN.toNanos(); System.nanoTime() < end; others++) {
			application.template().send(this.queue, "other " + others);
			texts.received.await(others + 1);
			await(mayCommit, PACE);
		}
		assertThat(texts.received.all()).hasSize(others).allMatch((text) -> text.startsWith("other"));
		mayCommit.countDown();
		open.get(20, TimeUnit.SECONDS);
		assertThat(texts.received.await(others + 2)).contains("open 1", "open 2");
		await().until(() -> isDone(application, this.queue));
		assertThat(texts.received.all()).hasSize(others + 2).doesNotHaveDuplicates();
	}

	private static boolean await(CountDownLatch latch, Duration atMost) {
		try {
			return latch.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static final class Texts {

		final Received<String> received = new Received<>();

		@QueueListener("${test.queue}")
		void on(String text) {
			this.received.add(text);
		}

	}

}
