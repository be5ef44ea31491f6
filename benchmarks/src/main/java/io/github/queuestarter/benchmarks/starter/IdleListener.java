package io.github.queuestarter.benchmarks.starter;

import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuestarter.QueueListener;
import io.github.queuestarter.benchmarks.Order;

import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.support.GenericApplicationContext;

/**
 * A listener that has nothing to do. Each bean of this class listens to a queue of its
 * own.
 */
final class IdleListener {

	@QueueListener("#{idleQueues.next()}")
	void handle(Order order) {
		throw new IllegalStateException("Nobody sends here: " + order);
	}

	static ApplicationContextInitializer<GenericApplicationContext> register(int count) {
		return (context) -> {
			context.registerBean("idleQueues", Names.class, Names::new);
			for (int i = 0; i < count; i++) {
				context.registerBean("idleListener" + i, IdleListener.class, IdleListener::new);
			}
		};
	}

	/**
	 * Names of queues.
	 */
	public static final class Names {

		private final AtomicInteger last = new AtomicInteger();

		public String next() {
			return "idle-" + this.last.incrementAndGet();
		}

	}

}
