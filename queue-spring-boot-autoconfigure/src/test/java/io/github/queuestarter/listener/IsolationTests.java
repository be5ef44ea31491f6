package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class IsolationTests {

	private final Isolation isolation = new Isolation();

	@Test
	void manyThatMustRunAloneDoNotStopTheOthersBehindALongHandler() throws InterruptedException {
		CountDownLatch longHandler = new CountDownLatch(1);
		CountDownLatch running = new CountDownLatch(1);
		Thread handler = new Thread(() -> this.isolation.runWithOthers(() -> {
			running.countDown();
			join(longHandler);
		}));
		handler.start();
		running.await();
		AtomicBoolean ran = new AtomicBoolean();
		long began = System.nanoTime();
		for (int i = 0; i < 20; i++) {
			assertThat(this.isolation.runAlone(() -> ran.set(true))).isFalse();
		}
		assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
		longHandler.countDown();
		handler.join();
		assertThat(this.isolation.runAlone(() -> ran.set(true))).isTrue();
		assertThat(ran).isTrue();
	}

	private static void join(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
