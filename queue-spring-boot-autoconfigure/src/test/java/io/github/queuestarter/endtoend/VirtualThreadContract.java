package io.github.queuestarter.endtoend;

import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

import io.github.queuestarter.QueueListener;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Handlers on virtual threads.
 */
@Tag("newer-jdk")
abstract class VirtualThreadContract extends EndToEndTest {

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void handlersRunOnVirtualThreadsAndConcurrencyIsReached() {
		Meeting meeting = new Meeting();
		Application application = start(application().listener(meeting)
			.with("spring.threads.virtual.enabled", true)
			.with("queue.listener.concurrency", 200));
		application.template().sendAll(this.queue, IntStream.range(0, 200).boxed().toList());
		assertThat(meeting.threads.await(200)).allSatisfy((thread) -> assertThat(thread).contains("VirtualThread"));
	}

	static final class Meeting {

		final Received<String> threads = new Received<>();

		private final CyclicBarrier barrier = new CyclicBarrier(200);

		@QueueListener("${test.queue}")
		void on(Integer number) throws InterruptedException, BrokenBarrierException, TimeoutException {
			this.barrier.await(15, TimeUnit.SECONDS);
			this.threads.add(Thread.currentThread().toString());
		}

	}

}
